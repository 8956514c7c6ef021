import type { z } from "zod";
import { ConfigFileError, jsonIn, mistakesOfFields, mistakesOfName } from "../config/config-file.ts";
import { isAddress, noAddress } from "../config/file-fields.ts";
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

/**
 * Reads a space file, and the lists beside it.
 * @param space  the file's name without `.json`
 * @param content  the file's text, or what JSON.parse made of it
 * @throws {ConfigFileError} names every mistake at once
 */
export function parseSpaceFile(space: string, content: unknown, lists: ExclusionLists = {}): SpaceFile {
  const json = typeof content === "string" ? jsonIn("space", space, content) : content;
  const parsed = SpaceFileFields.safeParse(json);
  const listedEmails = parseExclusionList(lists.emails ?? "");
  const listedDepartments = parseExclusionList(lists.departments ?? "");
  const mistakes = [
    ...mistakesOfName(space),
    ...(parsed.success ? [] : mistakesOfFields("space", parsed.error, fieldsAt)),
    ...listedEmails
      .filter(({ text }) => !isAddress(text))
      .map(({ line, text }) => ({ path: `${EMAIL_LIST} line ${line}`, message: noAddress(text) })),
    ...listedDepartments
      .filter(({ text }) => isGarbled(text))
      .map(({ line }) => ({ path: `${DEPARTMENT_LIST} line ${line}`, message: NOT_UTF8 })),
  ];
  if (!parsed.success || mistakes.length > 0) throw new ConfigFileError("space", space, mistakes);
  const { excluded_emails: emails, excluded_departments: departments } = parsed.data;
  return {
    ...spaceFileOf(space, parsed.data),
    excludedEmails: eachOnce([...emails, ...listedEmails.map(({ text }) => text)]),
    excludedDepartments: eachOnce([...departments, ...listedDepartments.map(({ text }) => text)]),
  };
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
