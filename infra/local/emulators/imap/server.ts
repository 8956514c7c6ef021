import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { ServerCertificate } from "../../tls.ts";
import { Faults } from "../faults.ts";
import type { MailAccount } from "../smtp.ts";
import { openState } from "../state.ts";
import { serve } from "./connection.ts";
import type { Folder, FolderSeed, Namespace, StoredMail } from "./mailbox.ts";
import { newFolder, USUAL_FOLDERS } from "./mailbox.ts";
import type { ImapService } from "./session.ts";
import { Wire } from "./wire.ts";

export interface ImapOptions {
  certificate: ServerCertificate;
  /** TLS from the first byte, as on port 993; otherwise STARTTLS, as on port 143. */
  secure?: boolean;
  /** 0, which is the default, takes a free one. */
  port?: number;
  accounts: MailAccount[];
  /** What each account starts with: INBOX, Drafts, Sent and Trash unless given. */
  folders?: FolderSeed[];
  /** No prefix, levels parted by "/", unless given. */
  namespace?: Namespace;
  /** Capabilities that are not to be offered, such as SPECIAL-USE. */
  without?: string[];
  /** Keeps the mails over a restart. */
  stateFile?: string;
  clock?: { now(): Date };
}

export interface ImapEmulator {
  host: string;
  port: number;
  /** The account's folders by path; the mails in them, oldest first. */
  folders(user: string): Map<string, StoredMail[]>;
  /**
   * A fault's method is an IMAP command (`APPEND`, `UID FETCH`) or CONNECT; its path is matched against the command's
   * first argument. Kind "status" answers NO with the body, such as "[OVERQUOTA] The mailbox is full".
   */
  faults: Faults;
  /** Ends open connections at once. */
  close(): Promise<void>;
}

const HOST = "localhost";

/** Starts a mail store on loopback that speaks IMAP4rev1 and lets nobody in without TLS and a password. */
export async function startImap(options: ImapOptions): Promise<ImapEmulator> {
  const state = openState<Record<string, Folder[]>>(options.stateFile, () => ({}));
  const clock = options.clock ?? { now: () => new Date() };
  const foldersOf = (user: string): Folder[] => {
    const seeds = options.folders ?? USUAL_FOLDERS;
    const uidValidity = Math.floor(clock.now().getTime() / 1000);
    return (state.value[user] ??= seeds.map((seed) => newFolder(seed, uidValidity)));
  };
  const service: ImapService = {
    accounts: options.accounts,
    faults: new Faults(),
    namespace: options.namespace ?? { prefix: "", delimiter: "/" },
    secureContext: createSecureContext(options.certificate),
    foldersOf,
    save: () => state.save(),
    clock,
    without: options.without ?? [],
  };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const { secureContext } = service;
    const inner = options.secure ? new TLSSocket(socket, { isServer: true, secureContext }) : socket;
    void serve(service, new Wire(inner));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
  return {
    host: HOST,
    port,
    folders: (user) => new Map(foldersOf(user).map(({ path, mails }) => [path, mails])),
    faults: service.faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
