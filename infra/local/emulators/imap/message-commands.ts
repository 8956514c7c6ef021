import type { Argument } from "./command.ts";
import { textOf } from "./command.ts";
import type { Numbered, StoredMail } from "./mailbox.ts";
import { mailsIn } from "./mailbox.ts";
import { envelopeOf, fieldOf, fieldsOf, literal, quoted, splitMail } from "./mime-header.ts";
import type { Handler, Session } from "./session.ts";
import { CommandFailure, selectedFolder } from "./session.ts";

/** The commands on mails of the selected folder: what this project asks for, and what a mail program needs to read. */
export const MESSAGE_COMMANDS: Record<string, Handler<Argument[]>> = {
  SEARCH: (session, args) => search(session, args, ({ sequence }) => sequence),
  "UID SEARCH": (session, args) => search(session, args, ({ mail }) => mail.uid),
  FETCH: (session, args) => fetchMails(session, args, "sequence"),
  "UID FETCH": (session, args) => fetchMails(session, args, "uid"),
};

function search(session: Session, args: Argument[], numberOf: (entry: Numbered) => number): string {
  const { folder } = selectedFolder(session);
  const tests = testsOf(args.map(textOf));
  const found = mailsIn(folder, "1:*", "sequence").filter(({ mail }) => tests.every((test) => test(mail)));
  session.wire.send(["* SEARCH", ...found.map(numberOf)].join(" "));
  return "SEARCH completed";
}

type Test = (mail: StoredMail) => boolean;

/** Criteria stand one after the other and must all hold. */
function testsOf(words: string[]): Test[] {
  const rest = [...words];
  const next = (): string => rest.shift() ?? "";
  const tests: Test[] = [];
  while (rest.length > 0) {
    const key = next().toUpperCase();
    const [, not, flag] = FLAG_KEY.exec(key) ?? [];
    if (key === "CHARSET") next();
    else if (key === "HEADER") tests.push(headerTest(next(), next()));
    else if (flag !== undefined) tests.push(flagTest(flag, not === undefined));
    else if (key !== "ALL") throw new CommandFailure("BAD", `SEARCH ${key} is not supported here`);
  }
  return tests;
}

const FLAG_KEY = /^(UN)?(DELETED|DRAFT|SEEN)$/;

function flagTest(name: string, isSet: boolean): Test {
  return ({ flags }) => flags.some((flag) => flag.toUpperCase() === `\\${name}`) === isSet;
}

/** A part of the value is enough, whatever its case; an empty part asks whether the field is there. */
function headerTest(name: string, part: string): Test {
  return ({ source }) => fieldOf(source, name)?.toLowerCase().includes(part.toLowerCase()) ?? false;
}

const MACROS: Record<string, string[]> = {
  FAST: ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
  ALL: ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"],
};

async function fetchMails(
  session: Session,
  [set, items]: Argument[],
  by: "uid" | "sequence",
): Promise<string> {
  const { folder, readOnly } = selectedFolder(session);
  const asked = Array.isArray(items)
    ? items.map(textOf)
    : (MACROS[textOf(items).toUpperCase()] ?? [textOf(items)]);
  const wanted =
    by === "uid" && !asked.some((item) => item.toUpperCase() === "UID") ? ["UID", ...asked] : asked;
  const marks = !readOnly && wanted.some((item) => /^BODY\[/i.test(item));
  for (const { sequence, mail } of mailsIn(folder, textOf(set), by)) {
    // Reading a mail without PEEK marks it as read.
    if (marks && !mail.flags.includes("\\Seen")) mail.flags.push("\\Seen");
    session.wire.send(`* ${sequence} FETCH (${wanted.map((item) => itemOf(mail, item)).join(" ")})`);
  }
  if (marks) await session.service.save();
  return "FETCH completed";
}

function itemOf(mail: StoredMail, item: string): string {
  const name = item.toUpperCase();
  switch (name) {
    case "UID":
      return `UID ${mail.uid}`;
    case "FLAGS":
      return `FLAGS (${mail.flags.join(" ")})`;
    case "INTERNALDATE":
      return `INTERNALDATE ${quoted(dateTime(new Date(mail.internalDate)))}`;
    case "RFC822.SIZE":
      return `RFC822.SIZE ${mail.source.length}`;
    case "ENVELOPE":
      return `ENVELOPE ${envelopeOf(mail.source)}`;
    default:
      return bodyItem(mail, item);
  }
}

const BODY = /^BODY(?:\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?$/i;

/** BODY[], BODY[HEADER], BODY[HEADER.FIELDS (...)], BODY[TEXT]; the whole, or a piece `<from.length>` of it. */
function bodyItem({ source }: StoredMail, item: string): string {
  const match = BODY.exec(item);
  if (!match) throw new CommandFailure("BAD", `FETCH ${item} is not supported here`);
  const [, section = "", from, length] = match;
  const whole = sectionOf(source, section);
  if (from === undefined) return `BODY[${section}] ${literal(whole)}`;
  const start = Number(from);
  return `BODY[${section}]<${start}> ${literal(whole.slice(start, start + Number(length)))}`;
}

function sectionOf(source: string, section: string): string {
  const name = section.toUpperCase();
  if (name === "") return source;
  if (name === "HEADER") return splitMail(source).header;
  if (name === "TEXT") return splitMail(source).text;
  const names = /^HEADER\.FIELDS \(([^)]*)\)$/.exec(name)?.[1];
  if (names === undefined) throw new CommandFailure("BAD", `BODY[${section}] is not supported here`);
  const wanted = new Set(names.split(" "));
  const lines = fieldsOf(source)
    .filter((field) => wanted.has(field.name.toUpperCase()))
    .map(({ raw }) => raw.trimEnd());
  return [...lines, "", ""].join("\r\n");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `02-Jan-2026 03:04:05 +0000` */
function dateTime(date: Date): string {
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(date.toISOString()) ?? [];
  return `${day}-${MONTHS[Number(month) - 1]}-${year} ${time} +0000`;
}
