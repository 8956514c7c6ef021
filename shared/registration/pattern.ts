import { messageOf } from "../error-message.ts";
import Handlebars from "handlebars";
import { nearestName } from "../config/nearest-name.ts";

const PLACEHOLDERS = [
  "team",
  "date",
  "start_time",
  "end_time",
  "adults",
  "students",
  "mentors",
  "event_id",
] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** One text for each placeholder. */
export type NoticeData = Record<Placeholder, string>;

/** A mail pattern whose placeholders are all known. */
export interface Pattern {
  kind: PatternKind;
  /** Of an HTML pattern, nothing: the subject is the text pattern's. */
  subject: (data: NoticeData) => string;
  body: (data: NoticeData) => string;
  /** What subject and body name. */
  placeholders: ReadonlySet<Placeholder>;
}

export type PatternKind = "text" | "html";

/** A mail pattern cannot be used; names each mistake with its line. */
export class PatternError extends Error {
  override readonly name = "PatternError";
  readonly file: string;
  readonly mistakes: readonly string[];
  constructor(file: string, mistakes: readonly string[], options?: ErrorOptions) {
    super(`${file}: ${mistakes.join("; ")}`, options);
    this.file = file;
    this.mistakes = mistakes;
  }
}

/**
 * Compiles a mail pattern: Handlebars with the placeholders above and the blocks `if`, `unless` and `else`, no more.
 * Data is put in as it is; what an HTML pattern is given must be escaped already, so that no `{{{…}}}` can undo it.
 * @param file  for messages: the pattern's path
 * @throws {PatternError}
 */
export function compilePattern(source: string, kind: PatternKind, file: string): Pattern {
  const text = source.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const { subject, body } = kind === "text" ? splitAtSubject(text, file) : htmlPart(text);
  const parts = [parsePart(subject, file), parsePart(body, file)];
  const mistakes = parts.flatMap((part) => part.mistakes);
  if (mistakes.length > 0) throw new PatternError(file, mistakes);
  return {
    kind,
    subject: rendererOf(subject.text),
    body: rendererOf(body.text),
    placeholders: new Set(parts.flatMap((part) => part.used)),
  };
}

interface Part {
  text: string;
  /** How many lines of the file stand before this part. */
  linesBefore: number;
}

const SUBJECT = "Subject:";

/** As the first pattern files were read: the first `Subject:` opens the mail, and the lines below it are the body. */
function splitAtSubject(text: string, file: string): { subject: Part; body: Part } {
  const start = text.indexOf(SUBJECT);
  const end = text.indexOf("\n", start);
  if (start < 0) throw new PatternError(file, ["there is no line “Subject: …”; make it the first one"]);
  if (end < 0) throw new PatternError(file, ["there is nothing below the line “Subject: …”"]);
  const linesBefore = lineCount(text.slice(0, start));
  return {
    subject: { text: text.slice(start + SUBJECT.length, end), linesBefore },
    body: { text: text.slice(end + 1), linesBefore: linesBefore + 1 },
  };
}

function htmlPart(text: string): { subject: Part; body: Part } {
  const end = text.startsWith(SUBJECT) ? text.indexOf("\n") : -1;
  const body = { text: text.slice(end + 1), linesBefore: end < 0 ? 0 : 1 };
  return { subject: { text: "", linesBefore: 0 }, body };
}

function lineCount(text: string): number {
  return text.split("\n").length - 1;
}

function rendererOf(text: string): (data: NoticeData) => string {
  return handlebars.compile<NoticeData>(text, {
    noEscape: true,
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: BLOCKS,
  });
}

const handlebars = Handlebars.create();
const BLOCKS = { if: true, unless: true } as Record<string, boolean>;

function parsePart(part: Part, file: string): { mistakes: string[]; used: Placeholder[] } {
  try {
    const checker = new PlaceholderChecker(part.linesBefore);
    checker.accept(handlebars.parse(part.text));
    return checker;
  } catch (error) {
    const text = messageOf(error);
    throw new PatternError(file, [syntaxMistake(text, part.linesBefore)], { cause: error });
  }
}

/** Handlebars says `Parse error on line 3:`, then the text with a pointer below it; or `if doesn't match unless - 3:2`. */
function syntaxMistake(message: string, linesBefore: number): string {
  const line = Number(/on line (\d+)|- (\d+):\d+$/.exec(message)?.slice(1).find(Boolean) ?? 1) + linesBefore;
  const unpaired = /^(\S+) doesn't match (\S+) -/.exec(message);
  if (unpaired) return `line ${line}: {{#${unpaired[1]}}} is closed by {{/${unpaired[2]}}}`;
  if (message.includes("got 'EOF'"))
    return `line ${line}: the text ends before a {{…}} or a {{#…}} block is closed`;
  const near = message.split("\n")[1]?.trim().slice(-40);
  return `line ${line}: this is not a {{…}} that can be read${near ? `, near “${near}”` : ""}`;
}

/** Walks the whole pattern, so that a mistake in a block that is seldom shown is found today. */
class PlaceholderChecker extends Handlebars.Visitor {
  readonly mistakes: string[] = [];
  readonly used: Placeholder[] = [];
  readonly #linesBefore: number;

  constructor(linesBefore: number) {
    super();
    this.#linesBefore = linesBefore;
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    if (node.params.length > 0 || node.hash !== undefined) {
      this.#refuse(node, `{{${nameOf(node.path)} …}} takes nothing but a name between the braces`);
    } else this.#checkName(node.path);
  }

  override BlockStatement(node: hbs.AST.BlockStatement): void {
    const block = nameOf(node.path);
    if (!Object.hasOwn(BLOCKS, block)) {
      const hint = isPlaceholder(block) ? `; write {{#if ${block}}} … {{/if}}` : "";
      this.#refuse(
        node,
        `{{#${block}}} is not a block that can be used here: only if, unless and else are${hint}`,
      );
    } else {
      if (node.params.length !== 1 || node.hash !== undefined) {
        this.#refuse(node, `{{#${block}}} takes one name, as in {{#${block} mentors}}`);
      } else for (const param of node.params) this.#checkName(param);
    }
    for (const branch of [node.program, node.inverse]) if (branch) this.accept(branch);
  }

  override PartialStatement(node: hbs.AST.PartialStatement): void {
    this.#refuse(node, "{{> …}} cannot be used: a pattern is one file");
  }

  override PartialBlockStatement(node: hbs.AST.PartialBlockStatement): void {
    this.#refuse(node, "{{#> …}} cannot be used: a pattern is one file");
  }

  override Decorator(node: hbs.AST.Decorator): void {
    this.#refuse(node, "{{* …}} cannot be used");
  }

  override DecoratorBlock(node: hbs.AST.DecoratorBlock): void {
    this.#refuse(node, "{{#* …}} cannot be used");
  }

  #checkName(node: hbs.AST.Expression): void {
    const name = nameOf(node);
    if (isPath(node) && isPlaceholder(name)) this.used.push(name);
    else {
      const nearest = nearestName(name, PLACEHOLDERS);
      const hint = nearest
        ? `did you mean {{${nearest}}}?`
        : `known are ${PLACEHOLDERS.map((known) => `{{${known}}}`).join(" ")}`;
      this.#refuse(node, `{{${name}}} is unknown; ${hint}`);
    }
  }

  #refuse(node: hbs.AST.Node, mistake: string): void {
    this.mistakes.push(`line ${node.loc.start.line + this.#linesBefore}: ${mistake}`);
  }
}

function isPlaceholder(name: string): name is Placeholder {
  return PLACEHOLDERS.some((known) => known === name);
}

function isPath(node: hbs.AST.Node): node is hbs.AST.PathExpression {
  return node.type === "PathExpression";
}

/** What stands between the braces; of a nested call, its own first name. */
function nameOf(node: hbs.AST.Node): string {
  if ("original" in node) return String(node.original);
  return "path" in node ? `(${nameOf(node.path as hbs.AST.Node)} …)` : "…";
}
