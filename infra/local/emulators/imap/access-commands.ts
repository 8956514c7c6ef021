import type { Argument } from "./command.ts";
import { textOf } from "./command.ts";
import { quoted } from "./mime-header.ts";
import type { Handler, Session } from "./session.ts";
import { CommandFailure, capabilitiesOf } from "./session.ts";

/** The commands about the connection itself. STARTTLS and LOGOUT are finished by the connection's loop. */
export const ACCESS_COMMANDS: Record<string, Handler<Argument[]>> = {
  CAPABILITY: (session) => {
    session.wire.send(`* CAPABILITY ${capabilitiesOf(session)}`);
    return "CAPABILITY completed";
  },
  NOOP: () => "NOOP completed",
  LOGOUT: ({ wire }) => {
    wire.send("* BYE Goodbye");
    return "LOGOUT completed";
  },
  ID: ({ wire }) => {
    wire.send('* ID ("name" "Rollcall IMAP emulator")');
    return "ID completed";
  },
  STARTTLS: ({ wire }) => {
    if (wire.isSecure) throw new CommandFailure("BAD", "TLS is active already");
    return "Begin TLS negotiation now";
  },
  LOGIN: (session, [user, password]) => signIn(session, textOf(user), textOf(password)),
  AUTHENTICATE: async (session, [mechanism, initial]) => {
    if (textOf(mechanism).toUpperCase() !== "PLAIN")
      throw new CommandFailure("NO", "That mechanism is not supported");
    needTls(session);
    // RFC 4959: the client may save the round trip, where it was offered.
    if (initial === undefined) session.wire.send("+ ");
    const answer = initial === undefined ? await session.wire.line() : textOf(initial);
    if (answer === undefined || answer === "*")
      throw new CommandFailure("BAD", "Authentication was cancelled");
    const [, user = "", password = ""] = Buffer.from(answer, "base64").toString("utf8").split("\0");
    return signIn(session, user, password);
  },
  NAMESPACE: ({ service, wire }) => {
    const { prefix, delimiter } = service.namespace;
    wire.send(`* NAMESPACE ((${quoted(prefix)} ${quoted(delimiter)})) NIL NIL`);
    return "NAMESPACE completed";
  },
};

function signIn(session: Session, user: string, password: string): string {
  needTls(session);
  if (session.user !== undefined) throw new CommandFailure("BAD", "You are logged in already");
  const known = session.service.accounts.some(
    (account) => account.user === user && account.password === password,
  );
  if (!known) throw new CommandFailure("NO", "[AUTHENTICATIONFAILED] Authentication failed");
  session.user = user;
  return `[CAPABILITY ${capabilitiesOf(session)}] Logged in`;
}

function needTls({ wire }: Session): void {
  if (!wire.isSecure) throw new CommandFailure("NO", "[PRIVACYREQUIRED] Use STARTTLS first");
}
