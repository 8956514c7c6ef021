import type { Wire } from "./wire.ts";

/** An atom or a quoted string, a literal, or a list in parentheses. */
export type Argument = string | Buffer | Argument[];

export interface Command {
  tag: string;
  /** Upper case; with its UID prefix where there is one. */
  name: string;
  args: Argument[];
}

/** What the client sent is not IMAP. */
export class SyntaxProblem extends Error {
  override readonly name = "SyntaxProblem";
  readonly tag: string;

  constructor(tag: string, message: string) {
    super(message);
    this.tag = tag;
  }
}

/** `{310}` asks for leave to send 310 bytes, `{310+}` announces them. */
const LITERAL = /\{(\d+)(\+?)\}$/;

/**
 * Reads one command, its literals included.
 * @returns undefined when the client is gone
 * @throws {SyntaxProblem}
 * @see https://www.rfc-editor.org/rfc/rfc3501#section-9
 */
export async function readCommand(wire: Wire): Promise<Command | undefined> {
  let line = await wire.line();
  if (line === undefined) return undefined;
  const pieces: (string | Buffer)[] = [];
  for (let literal = LITERAL.exec(line); literal; literal = LITERAL.exec(line)) {
    if (literal[2] === "") wire.send("+ Ready for the literal");
    const bytes = await wire.bytes(Number(literal[1]));
    const next = await wire.line();
    if (bytes === undefined || next === undefined) return undefined;
    pieces.push(line.slice(0, literal.index), bytes);
    line = next;
  }
  return commandOf([...pieces, line]);
}

function commandOf(pieces: (string | Buffer)[]): Command {
  const tag = /^[^\s(){%*"\\+]+/.exec(String(pieces[0]))?.[0];
  if (tag === undefined) throw new SyntaxProblem("*", "A command begins with a tag");
  const [, name, ...args] = parse(pieces, tag);
  if (typeof name !== "string") throw new SyntaxProblem(tag, "There is no command after the tag");
  if (name.toUpperCase() !== "UID") return { tag, name: name.toUpperCase(), args };
  const [action, ...rest] = args;
  return { tag, name: `UID ${textOf(action).toUpperCase()}`, args: rest };
}

/** The text of an atom, a string or a literal; empty for anything else. */
export function textOf(argument: Argument | undefined): string {
  if (argument === undefined || Array.isArray(argument)) return "";
  return typeof argument === "string" ? argument : argument.toString("utf8");
}

const QUOTED = /^"((?:[^"\\]|\\["\\])*)"/;
/** Brackets belong to the atom with all they hold: BODY.PEEK[HEADER.FIELDS (DATE TO)]<0.100>. */
const ATOM = /^(?:[^\s()"[\]]|\[[^\]]*\])+/;

function parse(pieces: (string | Buffer)[], tag: string): Argument[] {
  const top: Argument[] = [];
  const open: Argument[][] = [top];
  const add = (argument: Argument): void => void open.at(-1)?.push(argument);
  for (const piece of pieces) {
    if (typeof piece !== "string") {
      add(piece);
      continue;
    }
    let rest = piece.trimStart();
    while (rest !== "") {
      const quoted = QUOTED.exec(rest);
      const token = quoted ?? ATOM.exec(rest) ?? /^[()]/.exec(rest);
      if (!token) throw new SyntaxProblem(tag, `Cannot read this: ${rest}`);
      if (quoted) add((quoted[1] ?? "").replaceAll(/\\(.)/g, "$1"));
      else if (token[0] === "(") open.push([]);
      else if (token[0] === ")") close(open, tag);
      else add(token[0]);
      rest = rest.slice(token[0].length).trimStart();
    }
  }
  if (open.length > 1) throw new SyntaxProblem(tag, "A list is not closed");
  return top;
}

function close(open: Argument[][], tag: string): void {
  const list = open.pop();
  const outer = open.at(-1);
  if (!list || !outer) throw new SyntaxProblem(tag, "A list is closed that was not opened");
  outer.push(list);
}
