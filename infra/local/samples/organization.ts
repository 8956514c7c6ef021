import { FULL_ADMIN, type PersonSeed, type RoomSeed } from "../emulators/webex/seed.ts";

/** The administrator of the sample organization, who consents for Rollcall and is in the sample space. */
export const SAMPLE_ADMINISTRATOR = "camille.martin@mantabots.example";

/** Its id is in `config/spaces/team-hall.json`. */
const SPACE = "team-hall";

/** The organization around a robotics team, as Webex knows it: few of each kind that a sync has to tell apart. */
export const ORGANIZATION = "Northfield Robotics";

const STAFF: PersonSeed[] = [
  coach("Samuel Adeyemi"),
  coach("Ingrid Müller"),
  coach("David Cohen"),
  { ...coach("Renée L'Heureux"), otherEmails: ["renee@work.example.com"] },
  engineer("Grace Hopwood"),
  engineer("Rafael Ibáñez"),
  engineer("Nadia Petrova"),
  engineer("Kwame Mensah"),
  engineer("Lukas Brandt"),
  person("Aiko Sato", "Workshop"),
  person("Piotr Zieliński", "Workshop"),
  // In no department, as many are.
  person("Omar Haddad"),
];

const NEWCOMERS: PersonSeed[] = [
  coach("Fatima Zahra"),
  engineer("Sven Lindqvist"),
  person("Chiara Romano", "Workshop"),
  person("Noah Levi"),
];

const PENDING: PersonSeed = { ...coach("Maya Fischer"), invitePending: true };
const LEAVER: PersonSeed = { ...coach("Tom Becker"), loginEnabled: false };
/** Has left too, but `keep` names her. */
const FOUNDER: PersonSeed = { ...person("Inês Duarte"), loginEnabled: false };
const VOLUNTEER = person("Victor Osei", "External Volunteers");
const REPORTER = person("Rosa Lindt", "School Press");
const FRONT_DESK = person("Front Desk");
const BOT: PersonSeed = { email: "scoreboard@webex.bot", displayName: "Scoreboard", type: "bot" };
const GUEST: PersonSeed = {
  email: "lena.gross@library.example.com",
  displayName: "Lena Groß",
  organization: "Northfield Library",
};

export const PEOPLE: PersonSeed[] = [
  { email: SAMPLE_ADMINISTRATOR, displayName: "Camille Martin", roles: [FULL_ADMIN], department: "Coaching" },
  ...STAFF,
  ...NEWCOMERS,
  PENDING,
  LEAVER,
  FOUNDER,
  VOLUNTEER,
  REPORTER,
  FRONT_DESK,
  BOT,
  GUEST,
];

/** Half in line with the directory: some are missing, some have no business there, and some stay all the same. */
export const ROOMS: RoomSeed[] = [
  {
    name: SPACE,
    title: "Team Hall",
    isLocked: true,
    members: [
      { email: SAMPLE_ADMINISTRATOR, isModerator: true },
      ...[...STAFF, LEAVER, FOUNDER, VOLUNTEER, FRONT_DESK, BOT, GUEST].map(({ email }) => email),
    ],
  },
];

function coach(displayName: string): PersonSeed {
  return person(displayName, "Coaching");
}

function engineer(displayName: string): PersonSeed {
  return person(displayName, "Engineering Mentors");
}

function person(displayName: string, department?: string): PersonSeed {
  const plain = displayName.normalize("NFD").replaceAll(/[^A-Za-z ]/gu, "");
  const email = `${plain.toLowerCase().replaceAll(" ", ".")}@mantabots.example`;
  return { email, displayName, ...(department === undefined ? {} : { department }) };
}
