import type { Argument } from "./command.ts";
import { textOf } from "./command.ts";
import type { Folder } from "./mailbox.ts";
import { addMail, findFolder } from "./mailbox.ts";
import { quoted } from "./mime-header.ts";
import type { Handler, Session } from "./session.ts";
import { CommandFailure, foldersOf, offers } from "./session.ts";

const FLAGS = "(\\Answered \\Flagged \\Deleted \\Seen \\Draft)";

/** The commands about folders and on what goes into them. Names go through as the client encodes them. */
export const FOLDER_COMMANDS: Record<string, Handler<Argument[]>> = {
  LIST: (session, args) => list(session, args),
  LSUB: (session, [reference, pattern]) => {
    for (const folder of matching(session, textOf(reference), [textOf(pattern)])) {
      session.wire.send(`* LSUB () ${nameOf(session, folder)}`);
    }
    return "LSUB completed";
  },
  SELECT: (session, [name]) => select(session, textOf(name), false),
  EXAMINE: (session, [name]) => select(session, textOf(name), true),
  CLOSE: (session) => {
    session.selected = undefined;
    return "CLOSE completed";
  },
  STATUS: (session, [name, items]) => {
    const folder = folderOf(session, textOf(name));
    const asked = (Array.isArray(items) ? items : []).map((item) => textOf(item).toUpperCase());
    const values = asked.map((item) => `${item} ${statusOf(folder, item)}`);
    session.wire.send(`* STATUS ${quoted(folder.path)} (${values.join(" ")})`);
    return "STATUS completed";
  },
  APPEND: (session, args) => append(session, args),
};

/** @see https://www.rfc-editor.org/rfc/rfc5258 for selection and return options */
function list(session: Session, args: Argument[]): string {
  const [first] = args;
  const selection = Array.isArray(first) ? wordsOf(first) : [];
  const [reference, patterns, returnWord, options] = Array.isArray(first) ? args.slice(1) : args;
  const returned = textOf(returnWord).toUpperCase() === "RETURN" ? wordsOf(options) : [];
  const wanted = (Array.isArray(patterns) ? patterns : [patterns]).map(textOf);
  if (wanted.length === 1 && wanted[0] === "") {
    session.wire.send(`* LIST (\\Noselect) ${quoted(session.service.namespace.delimiter)} ""`);
    return "LIST completed";
  }
  for (const folder of matching(session, textOf(reference), wanted)) {
    if (selection.includes("SPECIAL-USE") && folder.specialUse === undefined) continue;
    const attributes = attributesOf(session, folder, returned.includes("SUBSCRIBED"));
    session.wire.send(`* LIST (${attributes.join(" ")}) ${nameOf(session, folder)}`);
  }
  return "LIST completed";
}

function wordsOf(argument: Argument | undefined): string[] {
  return (Array.isArray(argument) ? argument : []).map((word) => textOf(word).toUpperCase());
}

function attributesOf(session: Session, folder: Folder, withSubscription: boolean): string[] {
  const { delimiter } = session.service.namespace;
  const hasChildren = foldersOf(session).some(({ path }) => path.startsWith(folder.path + delimiter));
  return [
    hasChildren ? "\\HasChildren" : "\\HasNoChildren",
    ...(folder.specialUse !== undefined && offers(session, "SPECIAL-USE") ? [folder.specialUse] : []),
    // Every folder is subscribed here.
    ...(withSubscription ? ["\\Subscribed"] : []),
  ];
}

function nameOf({ service }: Session, { path }: Folder): string {
  return `${quoted(service.namespace.delimiter)} ${quoted(path)}`;
}

/** `*` stands for anything, `%` for anything within one level. */
function matching(session: Session, reference: string, patterns: string[]): Folder[] {
  const { delimiter } = session.service.namespace;
  const expressions = patterns.map((pattern) => {
    const source = escaped(reference + pattern)
      .replaceAll(String.raw`\*`, ".*")
      .replaceAll("%", `[^${escaped(delimiter)}]*`);
    return new RegExp(`^${source}$`);
  });
  return foldersOf(session).filter(({ path }) => expressions.some((expression) => expression.test(path)));
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}

function folderOf(session: Session, name: string, code = ""): Folder {
  const folder = findFolder(foldersOf(session), name);
  if (!folder) throw new CommandFailure("NO", `${code}Mailbox doesn't exist: ${name}`);
  return folder;
}

function select(session: Session, name: string, readOnly: boolean): string {
  // RFC 3501: a SELECT that fails leaves no mailbox selected.
  session.selected = undefined;
  const folder = folderOf(session, name);
  const known = folder.mails.length;
  session.selected = { folder, readOnly, known };
  const lines = [
    `FLAGS ${FLAGS}`,
    `${known} EXISTS`,
    "0 RECENT",
    `OK [PERMANENTFLAGS ${readOnly ? "()" : FLAGS}] Flags`,
    `OK [UIDVALIDITY ${folder.uidValidity}] UIDs valid`,
    `OK [UIDNEXT ${folder.uidNext}] Predicted next UID`,
  ];
  for (const line of lines) session.wire.send(`* ${line}`);
  return readOnly ? "[READ-ONLY] EXAMINE completed" : "[READ-WRITE] SELECT completed";
}

function statusOf(folder: Folder, item: string): number {
  switch (item) {
    case "MESSAGES":
      return folder.mails.length;
    case "RECENT":
      return 0;
    case "UIDNEXT":
      return folder.uidNext;
    case "UIDVALIDITY":
      return folder.uidValidity;
    case "UNSEEN":
      return folder.mails.filter(({ flags }) => !flags.includes("\\Seen")).length;
    default:
      throw new CommandFailure("BAD", `Unknown STATUS item ${item}`);
  }
}

/** APPEND mailbox [(flags)] [date] literal */
async function append(session: Session, args: Argument[]): Promise<string> {
  const [name, ...rest] = args;
  const source = rest.pop();
  if (!Buffer.isBuffer(source)) throw new CommandFailure("BAD", "APPEND ends with a literal");
  const folder = folderOf(session, textOf(name), "[TRYCREATE] ");
  const flags = rest.find((argument) => Array.isArray(argument)) ?? [];
  const date = rest.find((argument) => typeof argument === "string");
  const mail = addMail(folder, {
    flags: flags.map(textOf),
    internalDate: (date === undefined ? session.service.clock.now() : parseDate(date)).toISOString(),
    source: source.toString("latin1"),
  });
  await session.service.save();
  const code = offers(session, "UIDPLUS") ? `[APPENDUID ${folder.uidValidity} ${mail.uid}] ` : "";
  return `${code}APPEND completed`;
}

/** ` 2-Jan-2026 03:04:05 +0100` */
function parseDate(text: string): Date {
  const [, day, month, rest] = /^ ?(\d+)-([a-z]{3})-(\d{4} .+)$/i.exec(text) ?? [];
  const date = new Date(`${day} ${month} ${rest}`);
  if (Number.isNaN(date.getTime())) throw new CommandFailure("BAD", `Not a date: ${text}`);
  return date;
}
