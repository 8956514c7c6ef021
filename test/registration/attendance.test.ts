import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { attendance, contactBook, type RoleRules } from "../../shared/registration/attendance.ts";
import { rosterOf } from "../../shared/registration/decide.ts";
import type { Contact, Invitee } from "../../shared/registration/session.ts";
import { aCard, anInvitee, aSession, aTeamFile } from "./sessions.ts";

const byTitle = aTeamFile().roles;
const byCategory = aTeamFile({ roles: { by: "category" } }).roles;

function attending(
  attendees: Invitee[],
  contacts: Contact[],
  rules: RoleRules = byTitle,
  skipDeclined = false,
) {
  const found = attendance(aSession({ attendees }), contactBook(contacts, rules), { skipDeclined });
  return { ...rosterOf(found.known), unknown: found.unknown };
}

const nobody = { students: [], adults: [], mentors: [], unknown: [] };
const ada = { name: "Ada Lovelace", mail: "ada@example.org" };
const adasCard = aCard("Ada Lovelace", "ada@example.org", {
  jobTitle: "Team Member",
  categories: ["Student"],
});

suite("roles", () => {
  test("are told by job title, without regard to case and outer blanks", () => {
    const contacts = [
      aCard("Ada Lovelace", "ada@example.org", { jobTitle: " team MEMBER " }),
      aCard("Grace Hopper", "grace@example.org", { jobTitle: "Coach" }),
      aCard("Alan Turing", "alan@example.org", { jobTitle: "Mentor" }),
      aCard("Bob", "bob@example.org", { jobTitle: "Coach of coaches" }),
    ];
    const invited = ["ada", "grace", "alan", "bob"].map((name) => anInvitee(`${name}@example.org`));
    assert.deepEqual(attending(invited, contacts), {
      students: [ada],
      adults: [{ name: "Grace Hopper", mail: "grace@example.org" }],
      mentors: [{ name: "Alan Turing", mail: "alan@example.org" }],
      unknown: [{ name: "Bob", mail: "bob@example.org" }],
    });
  });

  test("are told by category when the team says so, and somebody of two categories is in both lists", () => {
    const contacts = [
      aCard("Ada Lovelace", "ada@example.org", {
        categories: ["Blue", "STUDENT", "adult"],
        jobTitle: "Mentor",
      }),
    ];
    assert.deepEqual(attending([anInvitee("ada@example.org")], contacts, byCategory), {
      ...nobody,
      students: [ada],
      adults: [ada],
    });
  });

  test("may be named by the team's own words", () => {
    const rules = aTeamFile({ roles: { students: ["Élève"], adults: ["Entraîneur"] } }).roles;
    const contacts = [aCard("Ada Lovelace", "ada@example.org", { jobTitle: "ÉLÈVE" })];
    assert.deepEqual(attending([anInvitee("ada@example.org")], contacts, rules).students, [ada]);
  });

  test("are not told by a card that has neither title nor category", () => {
    for (const rules of [byTitle, byCategory]) {
      const contacts = [aCard("Ada Lovelace", "ada@example.org", { jobTitle: "", categories: [""] })];
      assert.deepEqual(attending([anInvitee("ada@example.org")], contacts, rules), {
        ...nobody,
        unknown: [ada],
      });
    }
  });
});

suite("addresses", () => {
  test("are compared without regard to case and outer blanks", () => {
    const contacts = [aCard("Ada Lovelace", " ADA@Example.org ", { jobTitle: "Team Member" })];
    assert.deepEqual(attending([anInvitee("Ada@example.ORG ")], contacts).students, [ada]);
  });

  test("of a card all count, and a person invited under two of them is named once, under the first", () => {
    const contacts = [
      aCard("Ada Lovelace", ["ada@work.example", "ada@example.org", "ada@home.example"], {
        jobTitle: "Team Member",
      }),
    ];
    const invited = [
      anInvitee("ada@home.example"),
      anInvitee("ADA@example.org"),
      anInvitee("ada@home.example"),
    ];
    assert.deepEqual(attending(invited, contacts), {
      ...nobody,
      students: [{ name: "Ada Lovelace", mail: "ada@home.example" }],
    });
  });

  test("that are empty match nobody", () => {
    const contacts = [aCard("Nobody", ["", " "], { jobTitle: "Coach" })];
    assert.deepEqual(attending([anInvitee(""), anInvitee(" ", { name: "By Phone" })], contacts), {
      ...nobody,
      unknown: [{ name: "By Phone", mail: "" }],
    });
  });
});

suite("cards", () => {
  test("of one person that are there twice name the person once", () => {
    const twins = [adasCard, { ...adasCard }];
    assert.deepEqual(attending([anInvitee("ada@example.org")], twins).students, [ada]);
  });

  test("of one person with different addresses, one of them shared, name the person once", () => {
    const twins = [
      aCard("Ada Lovelace", ["ada@example.org", "ada@work.example"], { jobTitle: "Team Member" }),
      aCard("ada lovelace ", ["ada@home.example", "ada@example.org"], { jobTitle: "Team Member" }),
    ];
    const invited = [anInvitee("ada@home.example"), anInvitee("ada@work.example")];
    assert.deepEqual(attending(invited, twins).students, [
      { name: "Ada Lovelace", mail: "ada@home.example" },
    ]);
  });

  test("with a role win over those without", () => {
    const cards = [
      aCard("Ada", "ada@example.org"),
      adasCard,
      aCard("Ada L.", "ada@example.org", { jobTitle: "Coach" }),
    ];
    assert.deepEqual(attending([anInvitee("ada@example.org")], cards), { ...nobody, students: [ada] });
  });

  test("of a family that shares an address stay two people under their own addresses", () => {
    const cards = [
      aCard("Annabella Byron", ["anna@example.org", "family@example.org"], { jobTitle: "Coach" }),
      aCard("Ada Lovelace", ["ada@example.org", "family@example.org"], { jobTitle: "Team Member" }),
    ];
    const invited = [anInvitee("ada@example.org"), anInvitee("anna@example.org")];
    assert.deepEqual(attending(invited, cards), {
      ...nobody,
      students: [ada],
      adults: [{ name: "Annabella Byron", mail: "anna@example.org" }],
    });
  });

  test("without a name leave it to the invitation, and that to the address", () => {
    const cards = [
      aCard(" ", "ada@example.org", { jobTitle: "Team Member" }),
      aCard("", "alan@example.org", { jobTitle: "Team Member" }),
    ];
    const invited = [anInvitee("ada@example.org", { name: "Ada Lovelace" }), anInvitee("alan@example.org")];
    assert.deepEqual(attending(invited, cards).students, [
      ada,
      { name: "alan@example.org", mail: "alan@example.org" },
    ]);
  });
});

suite("invitations", () => {
  test("to rooms and equipment are ignored", () => {
    const room = anInvitee("gym@example.org", { type: "resource", name: "Gym" });
    const card = aCard("Gym", "gym@example.org", { jobTitle: "Coach" });
    assert.deepEqual(attending([room], [card]), nobody);
    assert.deepEqual(attending([room], []), nobody);
  });

  test("to people without a card are reported once, with the name the invitation has", () => {
    const invited = [
      anInvitee("eve@example.org", { name: "Eve" }),
      anInvitee("EVE@example.org"),
      anInvitee("x@example.org"),
    ];
    assert.deepEqual(attending(invited, [adasCard]).unknown, [
      { name: "Eve", mail: "eve@example.org" },
      { name: "x@example.org", mail: "x@example.org" },
    ]);
  });

  test("that were declined still count, unless the team says otherwise", () => {
    const declined = anInvitee("ada@example.org", { response: "declined" });
    assert.deepEqual(attending([declined], [adasCard]).students, [ada]);
    assert.deepEqual(attending([declined], [adasCard], byTitle, true), nobody);
    assert.deepEqual(
      attending([anInvitee("eve@example.org", { response: "declined" })], [], byTitle, true),
      nobody,
    );
  });

  test("are kept in their order", () => {
    const cards = [adasCard, aCard("Alan Turing", "alan@example.org", { jobTitle: "Team Member" })];
    const names = attending([anInvitee("alan@example.org"), anInvitee("ada@example.org")], cards).students;
    assert.deepEqual(
      names.map(({ name }) => name),
      ["Alan Turing", "Ada Lovelace"],
    );
  });
});

test("a person keeps every address of the card for later comparisons", () => {
  const card = aCard("Ada Lovelace", ["Ada@Work.example", "ada@example.org"], { jobTitle: "Team Member" });
  const event = aSession({ attendees: [anInvitee("ada@example.org")] });
  const { known } = attendance(event, contactBook([card], byTitle), { skipDeclined: false });
  assert.deepEqual(known.students[0]?.addresses, ["ada@work.example", "ada@example.org"]);
});
