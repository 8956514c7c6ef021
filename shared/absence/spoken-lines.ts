import { linkTarget } from "./link-target.ts";

/** Ten minutes of speech, characters. */
const LONGEST_SPEECH = 10_000;
/** The parser searches all that is open at each tag. */
const DEEPEST = 500;

/** What these hold is not for reading. A `head` has nothing else, and where nobody closed it the text begins in it. */
const SILENT = new Set(
  "title script style template iframe object svg audio video select textarea".split(" "),
);
const BLOCKS = new Set(
  "address article aside blockquote body center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody tfoot thead tr ul".split(
    " ",
  ),
);
/** Outlook's words for a picture that nobody has described. */
const GUESSED = /Description automatically generated|AI-generated content may be incorrect/iu;
const HIDDEN = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)/iu;

/** Collects the words of an HTML document from what a parser finds, line by line. */
export class SpokenLines {
  readonly #isPlain: boolean;
  readonly #lines: string[] = [];
  #line = "";
  /** Of all lines. */
  #length = 0;
  #depth = 0;
  /** The outermost element that is not spoken. */
  #silent: { name: string; depth: number } | undefined;
  #link: { target: string; from: number } | undefined;
  /** How many `pre` are open. */
  #preformatted = 0;
  /** The lists that are open, by the number of their next item; undefined where it has none. */
  readonly #lists: (number | undefined)[] = [];
  /** Of the item that has begun, until there are words behind it. */
  #number = "";

  /** @param options.isPlain  it holds no tags: its line ends count */
  constructor({ isPlain }: { isPlain: boolean }) {
    this.#isPlain = isPlain;
  }

  /** No more is taken. */
  get isFull(): boolean {
    return this.#length > LONGEST_SPEECH || this.#depth > DEEPEST;
  }

  open(name: string, attributes: Record<string, string>): void {
    this.#depth += 1;
    if (this.#silent) return;
    if (SILENT.has(name) || "hidden" in attributes || HIDDEN.test(attributes.style ?? "")) {
      this.#silent = { name, depth: this.#depth };
      return;
    }
    if (name === "br" || BLOCKS.has(name)) this.#endLine();
    if (name === "pre") this.#preformatted += 1;
    else if (name === "td" || name === "th") this.add(" ");
    else if (name === "img") this.add(` ${altOf(attributes)} `);
    else if (name === "ol") this.#lists.push(integerIn(attributes.start) ?? 1);
    else if (name === "ul") this.#lists.push(undefined);
    else if (name === "li") this.#beginItem(integerIn(attributes.value));
    else if (name === "a")
      this.#link = { target: linkTarget(attributes.href ?? ""), from: this.#line.length };
  }

  close(name: string): void {
    const silent = this.#silent;
    if (silent?.depth === this.#depth) this.#silent = undefined;
    this.#depth -= 1;
    if (silent) return;
    if (name === "a") this.#endLink();
    else if (name === "pre") this.#preformatted = Math.max(0, this.#preformatted - 1);
    else if (name === "ol" || name === "ul") this.#lists.pop();
    else if (name === "li") this.#number = "";
    if (BLOCKS.has(name)) this.#endLine();
  }

  add(words: string): void {
    if (this.#silent || this.isFull) return;
    if (!this.#isPlain && this.#preformatted === 0) {
      this.#append(words);
      return;
    }
    for (const [index, line] of words.split(/\r\n|\r|\n/u).entries()) {
      if (index > 0) this.#endLine();
      this.#append(line);
    }
  }

  /** The whole text, its lines joined by line feeds. */
  end(): string {
    this.#endLine();
    return shortened(this.#lines.join("\n"));
  }

  #beginItem(value: number | undefined): void {
    const number = value ?? this.#lists.at(-1);
    if (this.#lists.at(-1) === undefined || number === undefined) return;
    this.#lists[this.#lists.length - 1] = number + 1;
    this.#number = `${number}. `;
  }

  #append(words: string): void {
    const spaced = words.replaceAll(/\s+/gu, " ");
    // White space may stand before the block in which the words of an item are.
    if (spaced !== " " && spaced !== "") {
      this.#line += this.#number;
      this.#number = "";
    }
    const added = this.#line.endsWith(" ") ? spaced.replace(/^ /u, "") : spaced;
    this.#line += added;
    this.#length += added.length;
  }

  #endLine(): void {
    this.#tellTarget();
    const line = cleanLine(this.#line);
    if (line !== "") this.#lines.push(line);
    this.#line = "";
    if (this.#link) this.#link.from = 0;
  }

  #endLink(): void {
    this.#tellTarget();
    this.#link = undefined;
  }

  /** A caller cannot follow a link, but may note where it leads. It stands behind the first line of the link's words. */
  #tellTarget(): void {
    const { target = "", from = 0 } = this.#link ?? {};
    const words = this.#line.slice(from).trim();
    if (target === "" || words === "") return;
    this.#link = undefined;
    if (!words.toLowerCase().includes(target.toLowerCase())) this.#append(` (${target})`);
  }
}

function altOf({ alt = "" }: Record<string, string>): string {
  return GUESSED.test(alt) ? "" : alt;
}

function integerIn(text: string | undefined): number | undefined {
  return /^\s*-?\d{1,9}\s*$/u.test(text ?? "") ? Number(text) : undefined;
}

/**
 * Control characters, marks of direction and joints that nobody hears; the joiner of emoji parts and the non-joiner of
 * Persian stay. Halves of surrogate pairs, which no UTF-8 can carry.
 */
const INAUDIBLE = /[\p{Cc}\p{Cs}\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;
/** The ruled lines of signatures, and the bullets of lists made by hand. */
const RULES = /([-_=*~#])\1{2,}/gu;
const BULLET = /^[·•▪◦‣] */u;

function cleanLine(line: string): string {
  const heard = line.replaceAll(INAUDIBLE, "").replaceAll(RULES, " ").replaceAll(/ {2,}/gu, " ").trim();
  // `--` above a signature, and whatever else has nothing to be said.
  return /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(heard) ? heard.replace(BULLET, "") : "";
}

/** Cut after a whole word. */
function shortened(text: string): string {
  if (text.length <= LONGEST_SPEECH) return text;
  const cut = text.slice(0, LONGEST_SPEECH);
  const end = Math.max(cut.lastIndexOf(" "), cut.lastIndexOf("\n"));
  const whole = end > LONGEST_SPEECH / 2 ? cut.slice(0, end) : cut;
  return `${whole.replace(/[\uD800-\uDBFF]$/, "")}…`;
}
