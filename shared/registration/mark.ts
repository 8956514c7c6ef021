import * as z from "zod";
import type { MarkReading, Person, Registration } from "./session.ts";

/**
 * Reads what an event's open extension remembers. A Python program did this job before, and its marks are out there:
 * people as JSON objects joined by `;`, dates as strftime writes them.
 * @param extension  the extension's properties; undefined or null when the event has none
 */
export function readMark(extension: unknown): MarkReading {
  if (extension === undefined || extension === null) return { state: "unregistered", exists: false };
  const parsed = Properties.safeParse(extension);
  if (!parsed.success) return malformed(parsed.error);
  if (!parsed.data.sent) return { state: "unregistered", exists: true };
  const content = Content.safeParse(extension);
  if (!content.success) return malformed(content.error);
  const { start, end, generation, ...registered } = content.data;
  const registration = { timeslot: { start, end }, registered };
  return { state: "registered", registration, ...(generation === undefined ? {} : { generation }) };
}

function malformed(error: z.ZodError): MarkReading {
  const remedy = "Force a run with this event's id in `resend` to announce it again and write the mark anew.";
  return { state: "unread", isMalformed: true, error: `${mistakesOf(error)}. ${remedy}` };
}

/** What is written on an event: a registration, and how many announcements there had been with it. */
export interface Mark {
  registration: Registration;
  generation: number;
}

/** The open extension's properties for a mark: all of them, since a PATCH deletes what it does not name. */
export function writeMark({ registration, generation }: Mark): Record<string, unknown> {
  const { timeslot, registered } = registration;
  return {
    sent: true,
    start: dateText(timeslot.start),
    end: dateText(timeslot.end),
    students: peopleText(registered.students),
    adults: peopleText(registered.adults),
    mentors: peopleText(registered.mentors),
    generation,
  };
}

/** Whether an extension's id, which services prefix each in their own way, is that of a given name. */
export function isExtension(id: string, name: string): boolean {
  return id.toLowerCase().replace(PREFIX, "") === name.toLowerCase();
}

const PREFIX = /^(?:microsoft[.]outlookservices|microsoft[.]graph)[.]opentypeextension[.]/;

const Sent = z.union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false", ""] })], {
  error: "is neither true nor false",
});

const Properties = z.object({ sent: Sent.nullish() }, { error: "is not a set of properties" });

const DATE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.](\d{1,9}))?(?:Z|([+-]\d\d):?(\d\d))$/;

const MarkDate = z.unknown().transform((value, context): Date => {
  const [text, seconds = "", fraction = "", hours = "+00", minutes = "00"] =
    typeof value === "string" ? (DATE.exec(value) ?? []) : [];
  const date = new Date(`${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}${hours}:${minutes}`);
  if (text !== undefined && !Number.isNaN(date.getTime())) return date;
  context.addIssue("is not a date like 2024-09-17T04:00:00.000000+0000");
  return z.NEVER;
});

const MarkPerson = z
  .object({ mail: z.string().trim().toLowerCase().min(1), name: z.string().nullish() })
  .transform(({ mail, name }): Person => ({ name: name ?? mail, mail }));

// A property that is not there reads as nobody: that program wrote no mentors, and a service may drop an empty text.
const People = z
  .unknown()
  .optional()
  .transform((value, context): Person[] => {
    if (value === undefined || value === null) return [];
    try {
      return splitOutsideStrings(z.string().parse(value)).map((text) => MarkPerson.parse(JSON.parse(text)));
    } catch {
      context.addIssue("is not a list of people as JSON objects joined by “;”");
      return z.NEVER;
    }
  });

const Content = z.object({
  start: MarkDate,
  end: MarkDate,
  students: People,
  adults: People,
  mentors: People,
  // That program writes none, and what somebody else made of it says nothing.
  generation: z.int().positive().optional().catch(undefined),
});

/** That program writes a `;` inside a name as it is, so only those between the objects separate. */
function splitOutsideStrings(text: string): string[] {
  const JSON_STRING_OR_SEPARATOR = /"(?:[^"\\]|\\.)*"|;/gs;
  const separators = [...text.matchAll(JSON_STRING_OR_SEPARATOR)].filter(([match]) => match === ";");
  const edges = [-1, ...separators.map((match) => match.index), text.length];
  return edges
    .slice(1)
    .map((edge, index) => text.slice((edges[index] ?? -1) + 1, edge))
    .filter((part) => part.trim() !== "");
}

function dateText(date: Date): string {
  return `${date.toISOString().slice(0, -1)}000+0000`;
}

function peopleText(people: Person[]): string {
  return people.map(({ mail, name }) => `{"mail": ${ascii(mail)}, "name": ${ascii(name)}}`).join(";");
}

/** JSON as Python's json.dumps writes it, plus the `;` that its reader splits at. */
function ascii(text: string): string {
  return JSON.stringify(text).replace(
    /[^ -:<-~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function mistakesOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "the mark"} ${issue.message}`).join("; ");
}
