import { Readable } from "node:stream";
import type { NodemailerError } from "nodemailer/lib/errors";
import type SmtpConnection from "nodemailer/lib/smtp-connection";
import { untilAborted } from "../http/deadline.ts";
import { troubleOf } from "./connection-trouble.ts";
import type { AttemptLimits } from "./deadline.ts";
import { startDeadline } from "./deadline.ts";
import { addressOf, firstLineOf } from "./mail-server.ts";
import type { MailServer } from "./mail-server.ts";
import type { RefusalReason, ServerReply } from "./smtp-errors.ts";
import { MailNotSentError, MailOutcomeUnknownError, MailRefusedError } from "./smtp-errors.ts";

/** Who the server is told the mail is from and for; header fields are not looked at. */
export interface Envelope {
  from: string;
  to: string[];
}

/** What is known about a mail that was sent. */
export interface SendOutcome {
  state: "accepted";
  /** Recipients the server refused while it took the mail for the others. */
  rejected: string[];
}

const TLS_FROM_THE_START = 465;

/**
 * Sends a mail once, over TLS with the certificate checked. There is no way to turn either off.
 * @param mime  as `composeMime` made it
 * @throws {MailRefusedError} the server said no; nothing was sent
 * @throws {MailNotSentError} the mail itself was never begun; nothing was sent
 * @throws {MailOutcomeUnknownError} the mail was begun and its answer never came
 */
export async function sendBySmtp(
  server: MailServer,
  mime: Buffer,
  envelope: Envelope,
  limits: AttemptLimits,
): Promise<SendOutcome> {
  const connection = await connectionTo(server, limits.timeoutMs);
  const deadline = startDeadline(limits);
  const broken = new Promise<never>((_resolve, reject) => connection.on("error", reject));
  // It may break between two steps; the next one then tells.
  broken.catch(() => undefined);
  const step = <T>(start: (done: Done<T>) => void): Promise<T> =>
    untilAborted(Promise.race([broken, called(start)]), deadline.signal);

  let begun = false;
  // The connection reads this only after the server has asked for the mail (354): from then on the outcome is open.
  const body = Readable.from(
    (function* () {
      begun = true;
      yield mime;
    })(),
    { objectMode: false },
  );
  try {
    await step<void>((done) => connection.connect(done));
    await step((done) => connection.login({ user: server.user, pass: server.password }, done));
    const { rejected } = await step<{ rejected: string[] }>((done) =>
      connection.send({ ...envelope, size: mime.length }, body, done),
    );
    connection.quit();
    return { state: "accepted", rejected };
  } catch (error) {
    throw begun ? afterBegin(error, server) : beforeBegin(error, server);
  } finally {
    deadline.clear();
    connection.close();
  }
}

async function connectionTo({ host, port }: MailServer, timeoutMs: number): Promise<SmtpConnection> {
  const { default: Connection } = await import("nodemailer/lib/smtp-connection");
  return new Connection({
    host,
    port,
    secure: port === TLS_FROM_THE_START,
    requireTLS: port !== TLS_FROM_THE_START,
    // Said outright, so that no variable of the environment can turn the check off.
    tls: { rejectUnauthorized: true },
    logger: false,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
}

type Done<T> = (error?: Error | null, value?: T) => void;

function called<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) =>
    start((error, value) => (error ? reject(error) : resolve(value as T))),
  );
}

/** The mail was begun: only an answer to it ends the doubt. */
function afterBegin(error: unknown, server: MailServer): Error {
  const reply = replyIn(error, server);
  // A reply found in the ruins of a broken connection has another code, and is not taken for an answer.
  if (reply && (error as NodemailerError).code === "EMESSAGE") {
    return new MailRefusedError("message", addressOf(server), reply);
  }
  return new MailOutcomeUnknownError(addressOf(server), causeOf(error));
}

function beforeBegin(error: unknown, server: MailServer): Error {
  const failure = error as NodemailerError;
  const address = addressOf(server);
  const reply = replyIn(error, server);
  if (failure.code === "ETLS") return notSent(error, server, reply);
  if (reply) return new MailRefusedError(reasonOf(failure, reply), address, reply);
  if (failure.response !== undefined) return notSent(error, server, undefined);
  // What is left was decided before the server was asked.
  if (failure.code === "EAUTH") {
    return new MailRefusedError("credentials", address, "user name and password cannot be used with it");
  }
  if (failure.code === "EENVELOPE") {
    return new MailRefusedError("recipients", address, "an address is missing or malformed");
  }
  if (failure.code === "EMESSAGE") {
    return new MailRefusedError("message", address, "the mail is larger than it accepts");
  }
  return notSent(error, server, undefined);
}

function notSent(error: unknown, server: MailServer, reply: ServerReply | undefined): MailNotSentError {
  const { what, whatToDo } = troubleOf(error);
  const said = reply ? `: ${reply.line}` : "";
  return new MailNotSentError(`${addressOf(server)} ${what}${said}`, whatToDo, causeOf(error));
}

/** Commands a server does not know say nothing about the password (RFC 5321, 500 to 504). */
const LAST_SYNTAX_CODE = 504;

function reasonOf({ code, command }: NodemailerError, reply: ServerReply): RefusalReason {
  if (code === "EAUTH") return reply.code > LAST_SYNTAX_CODE ? "credentials" : "connection";
  if (command === "MAIL FROM") return "sender";
  if (command === "RCPT TO") return "recipients";
  if (command === "DATA") return "message";
  return "connection";
}

function replyIn(error: unknown, server: MailServer): ServerReply | undefined {
  const { response, responseCode } = error as NodemailerError;
  if (response === undefined || responseCode === undefined) return undefined;
  if (responseCode < 400 || responseCode > 599) return undefined;
  return { code: responseCode, line: firstLineOf(response, server) };
}

/** An error with a response repeats the server's words unabridged, which could hold what we said to it. */
function causeOf(error: unknown): unknown {
  return (error as NodemailerError).response === undefined ? error : undefined;
}
