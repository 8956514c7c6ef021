import { messageOf } from "../error-message.ts";
import type { z } from "zod";
import { isAddress, noAddress } from "../config/file-fields.ts";
import { nearestName } from "../config/nearest-name.ts";
import { ShortName } from "../config/short-name.ts";
import { sameForm } from "./address.ts";
import { isGarbled, NOT_UTF8, parseExclusionList } from "./exclusion-list.ts";
import { fieldsAt, isKeptGroup, type KeptGroup, SpaceFileFields } from "./space-file-fields.ts";

/** A space's configuration, in our words and units. */
export interface SpaceFile {
  /** The file's name without `.json`. */
  space: string;
  /** Webex's id of the space. */
  spaceId: string;
  /** The consented account that reads the directory and changes the space. */
  connection: string;
  source: DirectorySource;
  /** In lower case, each once. */
  excludedEmails: string[];
  /** Parts of names, in lower case, each once; none is empty. */
  excludedDepartments: string[];
  keep: {
    /** In lower case, each once. */
    emails: string[];
    groups: Record<KeptGroup, boolean>;
  };
  maxRemovals: MaxRemovals;
  graceDays: number;
}

export type DirectorySource = { type: "webex" } | { type: "microsoft"; group: string | undefined };

/** How many members one run may remove without being asked about it: whichever is reached first. */
export interface MaxRemovals {
  count: number;
  /** Of the present members. */
  percent: number;
}

/** The texts of the lists beside the space files, which count for every space; undefined where there is none. */
export interface ExclusionLists {
  emails?: string | undefined;
  departments?: string | undefined;
}

/** What these lists are called in the folder of the space files. */
export const EMAIL_LIST = "excluded_users_by_email.txt";
export const DEPARTMENT_LIST = "excluded_departments.txt";

export interface SpaceFileMistake {
  /** `max_removals.count`, `excluded_users_by_email.txt line 3`, or empty for the file as a whole. */
  path: string;
  message: string;
}

/** A space file cannot be used; names each mistake with its path. */
export class SpaceFileError extends Error {
  override readonly name = "SpaceFileError";
  readonly space: string;
  readonly mistakes: readonly SpaceFileMistake[];
  constructor(space: string, mistakes: readonly SpaceFileMistake[], options?: ErrorOptions) {
    const count = mistakes.length === 1 ? "has a mistake" : `has ${mistakes.length} mistakes`;
    const list = mistakes.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");
    super(`spaces/${space}.json ${count}: ${list}`, options);
    this.space = space;
    this.mistakes = mistakes;
  }
}

/**
 * Reads a space file, and the lists beside it.
 * @param space  the file's name without `.json`
 * @param content  the file's text, or what JSON.parse made of it
 * @throws {SpaceFileError} names every mistake at once
 */
export function parseSpaceFile(space: string, content: unknown, lists: ExclusionLists = {}): SpaceFile {
  const spaceName = ShortName.safeParse(space);
  const nameMistakes = spaceName.success
    ? []
    : [{ path: "", message: `the file's name ${spaceName.error.issues[0]?.message ?? "is wrong"}` }];
  const json = typeof content === "string" ? jsonOf(space, content) : content;
  const parsed = SpaceFileFields.safeParse(json);
  const listedEmails = parseExclusionList(lists.emails ?? "");
  const listedDepartments = parseExclusionList(lists.departments ?? "");
  const mistakes = [
    ...nameMistakes,
    ...(parsed.success ? [] : parsed.error.issues.flatMap(mistakesOf)),
    ...listedEmails
      .filter(({ text }) => !isAddress(text))
      .map(({ line, text }) => ({ path: `${EMAIL_LIST} line ${line}`, message: noAddress(text) })),
    ...listedDepartments
      .filter(({ text }) => isGarbled(text))
      .map(({ line }) => ({ path: `${DEPARTMENT_LIST} line ${line}`, message: NOT_UTF8 })),
  ];
  if (!parsed.success || mistakes.length > 0) throw new SpaceFileError(space, mistakes);
  const { excluded_emails: emails, excluded_departments: departments } = parsed.data;
  return {
    ...spaceFileOf(space, parsed.data),
    excludedEmails: eachOnce([...emails, ...listedEmails.map(({ text }) => text)]),
    excludedDepartments: eachOnce([...departments, ...listedDepartments.map(({ text }) => text)]),
  };
}

function jsonOf(space: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/u, ""));
  } catch (error) {
    const reason = messageOf(error);
    throw new SpaceFileError(space, [{ path: "", message: `it is not JSON: ${reason}` }], { cause: error });
  }
}

function mistakesOf(issue: z.core.$ZodIssue): SpaceFileMistake[] {
  const path = issue.path.join(".");
  if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
  return issue.keys.map((key) => {
    return { path: path ? `${path}.${key}` : key, message: unknownField(key, fieldsAt(path)) };
  });
}

function unknownField(key: string, known: readonly string[]): string {
  if (known.includes(key)) return "goes with another type only";
  const nearest = nearestName(key, known);
  const hint = nearest ? `did you mean “${nearest}”?` : `known are ${known.join(", ")}`;
  return `is not a field of a space file; ${hint}`;
}

function spaceFileOf(
  space: string,
  fields: z.infer<typeof SpaceFileFields>,
): Omit<SpaceFile, "excludedEmails" | "excludedDepartments"> {
  const { source, keep } = fields;
  return {
    space,
    spaceId: fields.space_id,
    connection: fields.connection,
    source: source.type === "webex" ? source : { type: "microsoft", group: source.group?.trim() },
    keep: {
      emails: eachOnce(keep.filter((text) => !isKeptGroup(text))),
      groups: {
        bots: keep.includes("bots"),
        guests: keep.includes("guests"),
        moderators: keep.includes("moderators"),
      },
    },
    maxRemovals: fields.max_removals,
    graceDays: fields.grace_days,
  };
}

function eachOnce(texts: readonly string[]): string[] {
  return [...new Set(texts.map(sameForm))];
}
