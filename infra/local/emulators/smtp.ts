import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import type { SMTPServerOptions, SMTPServerSession } from "smtp-server";
import type { ServerCertificate } from "../tls.ts";
import { actsFirst, Faults } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { openState } from "./state.ts";

export interface MailAccount {
  user: string;
  password: string;
}

/** A mail the server took. */
interface ReceivedMail {
  /** The account that sent it. */
  user: string;
  from: string;
  to: string[];
  receivedAt: string;
  /** The MIME text, one character per byte (latin1). */
  source: string;
}

export interface SmtpOptions {
  certificate: ServerCertificate;
  /** TLS from the first byte, as on port 465; otherwise STARTTLS, as on port 587. */
  secure?: boolean;
  /** 0, which is the default, takes a free one. */
  port?: number;
  accounts: MailAccount[];
  /** Announced with SIZE; 25 MiB unless given. */
  maxBytes?: number;
  /** Keeps the mails over a restart. */
  stateFile?: string;
  clock?: { now(): Date };
  onMail?: (mail: ReceivedMail) => void;
}

export interface SmtpEmulator {
  host: string;
  port: number;
  /** Oldest first. */
  mails: ReceivedMail[];
  /**
   * A fault's method is one of CONNECT, AUTH, MAIL, RCPT and DATA; its path is matched against the argument: nothing,
   * the user, the sender, the recipient, all recipients with commas. Its status (451 unless given) and body are the reply.
   * For DATA "reset-before" breaks the connection before the mail is asked for, "reset-after" when it has been kept, as
   * it has been for every kind with "after".
   */
  faults: Faults;
  /** Ends open connections at once. */
  close(): Promise<void>;
}

const HOST = "localhost";
const MAX_BYTES = 25 * 1024 * 1024;

/** What smtp-server turns into the reply to a command. */
class Refusal extends Error {
  override readonly name = "Refusal";
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** Starts a submission server on loopback that lets nobody in without TLS and a password, and keeps what it is given. */
export async function startSmtp(options: SmtpOptions): Promise<SmtpEmulator> {
  const state = openState<ReceivedMail[]>(options.stateFile, () => []);
  const faults = new Faults();
  const sockets = new Sockets();
  const keep = async (mail: ReceivedMail): Promise<void> => {
    state.value.push(mail);
    await state.save();
    options.onMail?.(mail);
  };
  const server = new SMTPServer({
    ...settingsOf(options),
    ...handlersOf(options, answering(faults, sockets), keep),
    onSecure: (socket, session, reply) => {
      sockets.upgraded(session, socket);
      reply();
    },
  });
  // A client that does not trust the certificate, or leaves in the middle, is no mistake of this server.
  server.on("error", () => undefined);
  server.server.on("connection", (socket) => sockets.opened(socket));
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    host: HOST,
    port: (server.server.address() as AddressInfo).port,
    mails: state.value,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        sockets.destroyAll();
      }),
  };
}

/** What each command does once no fault is in its way. */
function handlersOf(
  { accounts, clock = { now: () => new Date() } }: SmtpOptions,
  answer: (command: Command) => void,
  keep: (mail: ReceivedMail) => Promise<void>,
): SMTPServerOptions {
  return {
    onConnect: (session, reply) => answer({ verb: "CONNECT", argument: "", session, reply }),
    onAuth: ({ username: user = "", password }, session, reply) => {
      const known = accounts.some((account) => account.user === user && account.password === password);
      const welcome = (refusal?: Error | null): void => {
        if (refusal) reply(refusal);
        else if (known) reply(null, { user });
        else reply(new Refusal(535, "Authentication credentials invalid"));
      };
      answer({ verb: "AUTH", argument: user, session, reply: welcome });
    },
    onMailFrom: ({ address }, session, reply) => answer({ verb: "MAIL", argument: address, session, reply }),
    onRcptTo: ({ address }, session, reply) => answer({ verb: "RCPT", argument: address, session, reply }),
    onData: (stream, session, reply) => {
      const { mailFrom, rcptTo } = session.envelope;
      const to = rcptTo.map(({ address }) => address);
      const user = String(session.user);
      const act = async (): Promise<void> => {
        const source = (await buffer(stream)).toString("latin1");
        // The server refuses it by itself.
        if (stream.sizeExceeded) return;
        const from = mailFrom === false ? "" : mailFrom.address;
        await keep({ user, from, to, receivedAt: clock.now().toISOString(), source });
      };
      answer({ verb: "DATA", argument: to.join(","), session, reply, act });
    },
  };
}

function settingsOf({ certificate, secure = false, maxBytes = MAX_BYTES }: SmtpOptions): SMTPServerOptions {
  return {
    ...certificate,
    secure,
    size: maxBytes,
    name: HOST,
    logger: false,
    noDelay: true,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
  };
}

interface Command {
  verb: string;
  argument: string;
  session: SMTPServerSession;
  reply: (refusal?: Error | null) => void;
  /** What the server does before it says yes. */
  act?: () => Promise<void>;
}

/** Carries out a command and says yes, after the latency and unless a fault has it otherwise. */
function answering(faults: Faults, sockets: Sockets): (command: Command) => void {
  async function carryOut({ session, reply, act }: Command, fault: Fault | undefined): Promise<void> {
    if (fault?.kind === "hang") return;
    if (fault && actsFirst(fault)) await act?.();
    if (fault?.kind === "hang-after") return;
    if (fault?.kind === "status" || fault?.kind === "status-after") {
      reply(
        new Refusal(fault.status ?? 451, typeof fault.body === "string" ? fault.body : "Refused on demand"),
      );
      return;
    }
    if (fault) {
      sockets.of(session)?.destroy();
      return;
    }
    await act?.();
    reply(null);
  }
  return (command) => {
    const fault = faults.next({ method: command.verb, target: command.argument });
    const start = (): void => {
      carryOut(command, fault).catch((error: unknown) => {
        const socket = sockets.of(command.session);
        // Nobody is left to be told when the client went away in the middle of its mail.
        if (!socket || socket.destroyed) return;
        console.error(`SMTP emulator: ${command.verb} failed`, error);
        command.reply(new Refusal(451, "The emulator failed"));
      });
    };
    if (faults.latencyMs > 0) setTimeout(start, faults.latencyMs).unref();
    else start();
  };
}

/** The open connections, by the client's port: a session knows no more of its own. */
class Sockets {
  readonly #byPort = new Map<number, Socket>();

  opened(socket: Socket): void {
    const port = socket.remotePort ?? 0;
    this.#byPort.set(port, socket);
    socket.once("close", () => this.#byPort.delete(port));
  }

  /** After the handshake the TLS socket is the one to destroy: it takes the one below with it. */
  upgraded({ remotePort }: SMTPServerSession, socket: Socket): void {
    this.#byPort.set(remotePort, socket);
  }

  of({ remotePort }: SMTPServerSession): Socket | undefined {
    return this.#byPort.get(remotePort);
  }

  destroyAll(): void {
    for (const socket of this.#byPort.values()) socket.destroy();
  }
}
