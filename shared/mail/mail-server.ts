/** A mail server somebody has an account on, for sending (SMTP) or for reading (IMAP). */
export interface MailServer {
  host: string;
  /** 465 (SMTP) and 993 (IMAP) are TLS from the first byte; on any other port STARTTLS is required. */
  port: number;
  user: string;
  password: string;
}

/** `host:port`, as errors name it. */
export function addressOf({ host, port }: MailServer): string {
  return `${host}:${port}`;
}

/**
 * The first line of what a server said, fit for an error message: no control characters, of bounded length, and
 * without the password, should the server have repeated it as it was or as it went over the wire.
 */
export function firstLineOf(text: string, { user, password }: MailServer): string {
  const line = text.split(/[\r\n]/, 1)[0] ?? "";
  const secrets = [base64(`\0${user}\0${password}`), base64(password), password];
  const clean = secrets
    .filter((secret) => secret !== "")
    .reduce((kept, secret) => kept.replaceAll(secret, "(secret)"), line);
  return clean
    .replaceAll(/\p{Cc}/gu, " ")
    .slice(0, LONGEST_LINE)
    .trim();
}

const LONGEST_LINE = 300;

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
