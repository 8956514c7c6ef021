/** What a server answered, in its own words. */
export interface ServerReply {
  /** 400 to 599. */
  code: number;
  /** The first line, with the code. */
  line: string;
}

/** What was refused; "credentials" may be worth one more try after the password was read anew. */
export type RefusalReason = "credentials" | "sender" | "recipients" | "message" | "connection";

const AFTER_REFUSAL: Record<RefusalReason, string> = {
  credentials:
    "Check the account's user name and store its current password again; some providers want a password made for one app.",
  sender: "Check that the account may send mail from this address.",
  recipients: "Check the addresses the mail is to go to.",
  message: "Read the server's answer: it names what it did not like about the mail.",
  connection: "Read the server's answer; if it says that the trouble will pass, the next run tries again.",
};

/** The server said no: nothing was sent, to nobody. */
export class MailRefusedError extends Error {
  override readonly name = "MailRefusedError";
  readonly reason: RefusalReason;
  /** Undefined when the client already knew that the server would refuse. */
  readonly reply: ServerReply | undefined;
  /** The server expects the same mail to be accepted later (4xx). */
  readonly temporary: boolean;
  readonly whatToDo: string;

  constructor(reason: RefusalReason, server: string, said: ServerReply | string) {
    super(`${server} refused the mail (${reason}): ${typeof said === "string" ? said : said.line}`);
    this.reason = reason;
    this.reply = typeof said === "string" ? undefined : said;
    this.temporary = this.reply !== undefined && this.reply.code < 500;
    this.whatToDo = AFTER_REFUSAL[reason];
  }
}

/** The mail never left: there was no safe connection to the server, or it broke before the mail itself was begun. */
export class MailNotSentError extends Error {
  override readonly name = "MailNotSentError";
  readonly whatToDo: string;

  constructor(message: string, whatToDo: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.whatToDo = whatToDo;
  }
}

/** The connection ended after the mail was begun and before the server answered: it may have been delivered. */
export class MailOutcomeUnknownError extends Error {
  override readonly name = "MailOutcomeUnknownError";
  readonly whatToDo =
    "Ask a recipient, or look for the mail in the account's sent folder, before it is sent again.";

  constructor(server: string, cause?: unknown) {
    super(
      `${server} did not say whether it took the mail; it may have been delivered`,
      cause === undefined ? undefined : { cause },
    );
  }
}
