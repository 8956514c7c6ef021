import type { SecureContext } from "node:tls";
import type { MailAccount } from "../smtp.ts";
import type { Faults } from "../faults.ts";
import type { Folder, Namespace } from "./mailbox.ts";
import type { Wire } from "./wire.ts";

/** What all connections of the emulator share. */
export interface ImapService {
  accounts: MailAccount[];
  faults: Faults;
  namespace: Namespace;
  secureContext: SecureContext;
  /** The folders of one account; the same array every time. */
  foldersOf(user: string): Folder[];
  save(): Promise<void>;
  clock: { now(): Date };
  /** Capabilities that are not offered. */
  without: string[];
}

/** One client's connection, as far as it got. */
export interface Session {
  service: ImapService;
  wire: Wire;
  user: string | undefined;
  /** `known` is the number of mails the client was told of. */
  selected: { folder: Folder; readOnly: boolean; known: number } | undefined;
}

/** A command that could not be carried out (NO) or should not have been sent (BAD). */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly status: "NO" | "BAD";

  constructor(status: "NO" | "BAD", text: string) {
    super(text);
    this.status = status;
  }
}

/**
 * Carries out a command: sends what the client asked for, and returns the words of the final OK.
 * @throws {CommandFailure}
 */
export type Handler<Args> = (session: Session, args: Args) => string | Promise<string>;

const OPTIONAL = [
  "LITERAL+",
  "SASL-IR",
  "ID",
  "NAMESPACE",
  "CHILDREN",
  "LIST-EXTENDED",
  "SPECIAL-USE",
  "UIDPLUS",
];

/** Passwords are only taken inside TLS. */
export function capabilitiesOf({ service, wire }: Session): string {
  const access = wire.isSecure ? ["AUTH=PLAIN"] : ["STARTTLS", "LOGINDISABLED"];
  return ["IMAP4rev1", ...access, ...OPTIONAL].filter((name) => !service.without.includes(name)).join(" ");
}

export function offers({ service }: Session, capability: string): boolean {
  return !service.without.includes(capability);
}

/** The account's folders. */
export function foldersOf({ service, user }: Session): Folder[] {
  if (user === undefined) throw new CommandFailure("BAD", "Log in first");
  return service.foldersOf(user);
}

export function selectedFolder({ selected }: Session): NonNullable<Session["selected"]> {
  if (!selected) throw new CommandFailure("BAD", "Select a mailbox first");
  return selected;
}

/** Tells the client of mails that arrived since it was last told. */
export function announceArrivals({ selected, wire }: Session): void {
  if (!selected || selected.folder.mails.length === selected.known) return;
  selected.known = selected.folder.mails.length;
  wire.send(`* ${selected.known} EXISTS`);
}
