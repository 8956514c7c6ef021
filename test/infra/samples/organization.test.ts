import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { PersonSeed } from "../../../infra/local/emulators/webex/seed.ts";
import { roomIdOf } from "../../../infra/local/emulators/webex/spaces.ts";
import { PEOPLE, ROOMS, SAMPLE_ADMINISTRATOR } from "../../../infra/local/samples/organization.ts";
import type { DirectoryPerson } from "../../../shared/membership/directory.ts";
import { planSpace } from "../../../shared/membership/plan.ts";
import { read } from "../../../shared/membership/reading.ts";
import type { Member } from "../../../shared/membership/space.ts";
import { DEPARTMENT_LIST, EMAIL_LIST, parseSpaceFile } from "../../../shared/membership/space-file.ts";

const [room = { name: "" }] = ROOMS;
const OWN = "Northfield";

async function sampleFile(name: string): Promise<string> {
  return readFile(new URL(`../../../config/spaces/${name}`, import.meta.url), "utf8");
}

const lists = { emails: await sampleFile(EMAIL_LIST), departments: await sampleFile(DEPARTMENT_LIST) };
const file = parseSpaceFile(room.name, await sampleFile(`${room.name}.json`), lists);

function listed(seed: PersonSeed): DirectoryPerson {
  const { email, otherEmails = [], displayName: name, type = "person" } = seed;
  const { department, loginEnabled = true, invitePending = false } = seed;
  const kind = type === "appuser" ? "app user" : type;
  const emails = [email, ...otherEmails];
  return { personId: email, emails, name, department, loginEnabled, invitePending, kind };
}

function member(email: string, isModerator: boolean): Member {
  const person = PEOPLE.find((each) => each.email === email);
  assert.ok(person, email);
  const { displayName: name, organization: orgId = OWN } = person;
  const ids = { membershipId: email, personId: email };
  return { ...ids, email, name, orgId, isModerator, created: undefined, isMonitor: false };
}

function reasonsOf(changes: readonly { email: string; reason: string }[]): [string, string][] {
  return changes.map(({ email, reason }) => [email.split("@")[0] ?? "", reason]);
}

test("the sample's file is about the sample's space", () => {
  assert.equal(file.spaceId, roomIdOf(room.name));
});

test("the first sync of the sample has something to add, to remove and to keep, and needs no approval", () => {
  const members = [...(room.members ?? [])].map((each) =>
    typeof each === "string" ? member(each, false) : member(each.email, each.isModerator ?? false),
  );
  const plan = planSpace({
    file,
    now: new Date("2026-11-03T04:30:00Z"),
    missing: {},
    mostMembers: 5000,
    space: read({ type: "group", isLocked: true, isOfTeam: false }),
    members: read(members),
    me: read({ personId: SAMPLE_ADMINISTRATOR, emails: [SAMPLE_ADMINISTRATOR], orgId: OWN }),
    directory: read(PEOPLE.filter(({ organization }) => organization === undefined).map(listed)),
  });
  assert.deepEqual(
    plan.additions.map(({ name }) => name),
    ["Chiara Romano", "Fatima Zahra", "Noah Levi", "Sven Lindqvist"],
  );
  assert.deepEqual(reasonsOf(plan.removals), [
    ["front.desk", "excluded address"],
    ["tom.becker", "not login enabled"],
    ["victor.osei", "excluded department"],
  ]);
  assert.deepEqual(
    reasonsOf(plan.kept).filter(([, reason]) => reason !== "in the directory"),
    [
      ["camille.martin", "the connected account"],
      ["ines.duarte", "kept address"],
      ["lena.gross", "kept guest"],
      ["scoreboard", "kept bot"],
    ],
  );
  assert.equal(plan.held, undefined);
});
