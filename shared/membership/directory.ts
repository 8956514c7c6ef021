import { sameForm } from "./address.ts";
import { type Reading, read, unknown } from "./reading.ts";
import type { SpaceFile } from "./space-file.ts";

/** Somebody whom a directory lists. */
export interface DirectoryPerson {
  /** Webex's id; undefined when the directory is not Webex's own. */
  personId: string | undefined;
  /** The main one first. */
  emails: readonly string[];
  name: string;
  department: string | undefined;
  /** Undefined when the directory does not tell it. */
  loginEnabled: boolean | undefined;
  invitePending: boolean | undefined;
  kind: "person" | "bot" | "app user";
}

/** Why somebody who is listed does not belong into the space. */
export type ExclusionReason =
  | "not login enabled"
  | "invite pending"
  | "excluded address"
  | "excluded department"
  | "bot"
  | "app user";

/** Whether somebody who is listed belongs into the space. `unsure`: neither added nor removed. */
export type Verdict =
  | { belongs: "yes" }
  | { belongs: "no"; reason: ExclusionReason }
  | { belongs: "unsure"; reason: "login state unknown" };

/** What of a space file decides who belongs into the space. */
export type ExclusionRules = Pick<SpaceFile, "excludedEmails" | "excludedDepartments">;

/**
 * What was read of a directory, page by page.
 * @param failure  why its end was not reached; undefined when it was
 * @returns unknown when a page failed; when nobody is listed, which is nothing a directory ever says by intent; and when
 *   it tells of nobody whether they may sign in, as Webex does not to those who are no administrators
 */
export function directoryReading(
  people: readonly DirectoryPerson[],
  failure?: string,
): Reading<readonly DirectoryPerson[]> {
  if (failure !== undefined) {
    return unknown(`The directory could not be read to its end (${people.length} people were): ${failure}`);
  }
  if (people.length === 0) return unknown("The directory is empty: that is taken for a fault of its own.");
  if (people.every(({ loginEnabled }) => loginEnabled === undefined)) {
    return unknown(
      "The directory tells of nobody whether their login is enabled: connect the account of an administrator of the organization.",
    );
  }
  return read(people);
}

/** Prepares the rules of a space for many people. */
export function judgeBy(rules: ExclusionRules): (person: DirectoryPerson) => Verdict {
  const emails = new Set(rules.excludedEmails.map(sameForm));
  // An empty text is a part of every name.
  const departments = rules.excludedDepartments.map(plain).filter((part) => part !== "");
  return (person) => {
    if (person.kind !== "person") return no(person.kind);
    if (person.loginEnabled === false) return no("not login enabled");
    if (person.invitePending === true) return no("invite pending");
    if (person.emails.some((email) => emails.has(sameForm(email)))) return no("excluded address");
    const department = plain(person.department ?? "");
    if (departments.some((part) => department.includes(part))) return no("excluded department");
    return person.loginEnabled === undefined ? UNSURE : YES;
  };
}

// One for all, for there may be tens of thousands of people.
const YES: Verdict = { belongs: "yes" };
const UNSURE: Verdict = { belongs: "unsure", reason: "login state unknown" };

function no(reason: ExclusionReason): Verdict {
  return { belongs: "no", reason };
}

/** Without regard to case, and to how an accent is encoded. */
function plain(text: string): string {
  return text.normalize("NFC").trim().toLowerCase();
}
