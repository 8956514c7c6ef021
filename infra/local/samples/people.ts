import type { AttendeeSeed, ContactSeed } from "../emulators/graph/seed.ts";

/** The invented people around a robotics team. */
export const CONTACTS: ContactSeed[] = [
  student("Zoë", "O'Brien", "zoe.obrien@example.org"),
  student("José", "Núñez", "jose.nunez@example.org", "j.nunez@school.example.com"),
  student("Amara", "Okafor", "amara.okafor@example.org"),
  student("Łukasz", "Wójcik", "lukasz.wojcik@example.org"),
  student("Mei", "Tanaka", "mei.tanaka@example.org"),
  student("Aïcha", "Benali", "aicha.benali@example.org"),
  student("Finn", "D'Angelo", "Finn.DAngelo@example.org"),
  student("Priya", "Raman", "priya.raman@example.org"),
  student("Björn", "Sørensen", "bjorn.sorensen@example.org"),
  student("Chloé", "Lefèvre", "chloe.lefevre@example.org"),
  student("Tomás", "Quintana & Sons", "tomas@example.org"),
  student("Hana", "Kovářová", "hana.kovarova@example.org"),
  adult("Renée", "L'Heureux", "renee.lheureux@example.org", "renee@work.example.com", "rlh@example.com"),
  adult("Samuel", "Adeyemi", "samuel.adeyemi@example.org"),
  adult("Ingrid", "Müller", "ingrid.mueller@example.org"),
  adult("David", "Cohen", "david.cohen@example.org"),
  mentor("Grace", "Hopwood", "grace.hopwood@example.com"),
  mentor("Rafael", "Ibáñez", "rafael.ibanez@example.com"),
  mentor("Nadia", "Petrova", "nadia.petrova@example.com"),
  mentor("Kwame", "Mensah", "kwame.mensah@example.com"),
  other("Pat", "Vendor", "Robot Parts Ltd", "pat@robotparts.example.com"),
  other("Lena", "Groß", "Northfield Library", "lena.gross@library.example.com"),
  other("Owen", "Price", undefined, "owen.price@example.com"),
  { displayName: "Premises Desk", companyName: "Northfield School", addresses: ["frontdesk@example.org"] },
];

/** Who comes to a session: students, adults, a mentor, the room, and somebody without a card. */
export const SESSION_ATTENDEES: AttendeeSeed[] = [
  invited("Zoë O'Brien", "zoe.obrien@example.org", "accepted"),
  invited("José Núñez", "j.nunez@school.example.com", "accepted"),
  invited("Amara Okafor", "amara.okafor@example.org", "tentativelyAccepted"),
  invited("Łukasz Wójcik", "lukasz.wojcik@example.org"),
  invited("Mei Tanaka", "mei.tanaka@example.org", "accepted"),
  invited("Finn D'Angelo", "finn.dangelo@example.org", "declined"),
  invited("Priya Raman", "priya.raman@example.org", "accepted"),
  invited("Renée L'Heureux", "renee@work.example.com", "accepted"),
  invited("Samuel Adeyemi", "samuel.adeyemi@example.org"),
  invited("Grace Hopwood", "grace.hopwood@example.com", "accepted"),
  { ...invited("Robotics Workshop", "workshop@example.org", "accepted"), type: "resource" },
  { ...invited("Visiting Parent", "parent@example.com"), type: "optional" },
];

export const SATURDAY_ATTENDEES: AttendeeSeed[] = [
  ...SESSION_ATTENDEES.slice(0, 5),
  invited("Aïcha Benali", "aicha.benali@example.org", "accepted"),
  invited("Björn Sørensen", "bjorn.sorensen@example.org"),
  invited("Ingrid Müller", "ingrid.mueller@example.org", "accepted"),
  invited("Rafael Ibáñez", "rafael.ibanez@example.com", "accepted"),
];

function student(givenName: string, surname: string, ...addresses: string[]): ContactSeed {
  return { ...card(givenName, surname, addresses), jobTitle: "Team Member", categories: ["Student"] };
}

function adult(givenName: string, surname: string, ...addresses: string[]): ContactSeed {
  return { ...card(givenName, surname, addresses), jobTitle: "Coach", categories: ["Adult"] };
}

function mentor(givenName: string, surname: string, ...addresses: string[]): ContactSeed {
  return { ...card(givenName, surname, addresses), jobTitle: "Mentor", categories: ["Mentor"] };
}

/** Somebody the team knows, who is none of the three. */
function other(
  givenName: string,
  surname: string,
  companyName: string | undefined,
  address: string,
): ContactSeed {
  return { ...card(givenName, surname, [address]), ...(companyName === undefined ? {} : { companyName }) };
}

function card(givenName: string, surname: string, addresses: string[]): ContactSeed {
  return { displayName: `${givenName} ${surname}`, givenName, surname, addresses };
}

function invited(name: string, address: string, response: AttendeeSeed["response"] = "none"): AttendeeSeed {
  return { name, address, response };
}
