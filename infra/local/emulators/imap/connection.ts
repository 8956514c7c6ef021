import { setTimeout } from "node:timers/promises";
import { actsFirst, type Fault } from "../faults.ts";
import { ACCESS_COMMANDS } from "./access-commands.ts";
import type { Argument, Command } from "./command.ts";
import { readCommand, SyntaxProblem, textOf } from "./command.ts";
import { FOLDER_COMMANDS } from "./folder-commands.ts";
import { MESSAGE_COMMANDS } from "./message-commands.ts";
import type { Handler, ImapService, Session } from "./session.ts";
import { announceArrivals, capabilitiesOf, CommandFailure } from "./session.ts";
import type { Wire } from "./wire.ts";
import { BrokenProtocolError } from "./wire.ts";

const COMMANDS: Record<string, Handler<Argument[]>> = {
  ...ACCESS_COMMANDS,
  ...FOLDER_COMMANDS,
  ...MESSAGE_COMMANDS,
};

/** Talks with one client until it leaves. */
export async function serve(service: ImapService, wire: Wire): Promise<void> {
  const session: Session = { service, wire, user: undefined, selected: undefined };
  try {
    let goesOn = await greet(session, `* OK [CAPABILITY ${capabilitiesOf(session)}] Ready`);
    while (goesOn) goesOn = await next(session);
  } catch (error) {
    // What the client did wrong ends its connection; what this server did wrong must be seen, too.
    if (!(error instanceof BrokenProtocolError)) console.error("IMAP emulator: a connection failed", error);
    wire.destroy();
  }
}

/** Says hello, and whether the conversation goes on. */
async function greet({ service, wire }: Session, greeting: string): Promise<boolean> {
  const fault = service.faults.next({ method: "CONNECT", target: "" });
  await latency(service);
  if (fault?.kind === "hang" || fault?.kind === "hang-after") return false;
  if (fault === undefined) {
    wire.send(greeting);
    return true;
  }
  if (fault.kind === "status" || fault.kind === "status-after") wire.send(`* BYE ${refusalOf(fault)}`);
  wire.end();
  return false;
}

/** Reads a command and answers it; says whether the conversation goes on. */
async function next(session: Session): Promise<boolean> {
  let command: Command | undefined;
  try {
    command = await readCommand(session.wire);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    session.wire.send(`${error.tag} BAD ${error.message}`);
    return true;
  }
  if (command === undefined) return false;
  return answer(session, command);
}

async function answer(session: Session, { tag, name, args }: Command): Promise<boolean> {
  const { service, wire } = session;
  const fault = service.faults.next({ method: name, target: textOf(args[0]) });
  await latency(service);
  const done = fault && !actsFirst(fault) ? "" : await carryOut(session, name, args);
  if (fault?.kind === "hang" || fault?.kind === "hang-after") return false;
  if (fault?.kind === "reset-before" || fault?.kind === "reset-after") {
    wire.destroy();
    return false;
  }
  const completion = fault ? `NO ${refusalOf(fault)}` : done;
  announceArrivals(session);
  wire.send(`${tag} ${completion}`);
  if (!completion.startsWith("OK")) return true;
  if (name === "STARTTLS") wire.upgrade(service.secureContext);
  if (name === "LOGOUT") wire.end();
  return name !== "LOGOUT";
}

async function carryOut(session: Session, name: string, args: Argument[]): Promise<string> {
  const handler = COMMANDS[name];
  if (!handler) return `BAD ${name} is not supported here`;
  try {
    return `OK ${await handler(session, args)}`;
  } catch (error) {
    if (error instanceof CommandFailure) return `${error.status} ${error.message}`;
    throw error;
  }
}

function refusalOf({ body }: Fault): string {
  return typeof body === "string" ? body : "Refused on demand";
}

async function latency({ faults }: ImapService): Promise<void> {
  if (faults.latencyMs > 0) await setTimeout(faults.latencyMs, undefined, { ref: false });
}
