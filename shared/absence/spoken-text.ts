import { Parser } from "htmlparser2";
import type { AutomaticReplies } from "./automatic-replies.ts";
import { SpokenLines } from "./spoken-lines.ts";

/** Which text callers hear: `audience` is the external one, or the internal one when nobody outside is answered. */
export const SPOKEN_CHOICES = ["audience", "external", "internal"] as const;
export type SpokenChoice = (typeof SPOKEN_CHOICES)[number];

/** What callers hear; empty when there is no text. */
export function spokenText({ audience, internal, external }: AutomaticReplies, choice: SpokenChoice): string {
  const isInternal = choice === "internal" || (choice === "audience" && audience === "none");
  return speechOf(isInternal ? internal : external);
}

/** Twice what Outlook takes; what comes after it is nobody's greeting. */
const LONGEST_HTML = 256 * 1024;
const CHUNK = 4096;
/** `<bob@example.org>` is no tag, though it looks like one. */
const AUTOLINK = /<(?:mailto:)?(https?:\/\/[^\s<>"']+|[^\s<>"'=/@]+@[^\s<>"'=/@]+)>/giu;

/**
 * Makes clean text of HTML: a line for each block and break, which a voice takes for a pause; entities decoded; links by
 * their words, and where they lead when the words do not say; no scripts, styles, or anything hidden. What is too long or
 * too deep is cut. Plain text keeps its lines, and says the addresses in angle brackets.
 */
export function speechOf(source: string): string {
  const html = source.slice(0, LONGEST_HTML).replaceAll(AUTOLINK, " ($1)");
  const text = new SpokenLines({ isPlain: !/<[a-z!/]/iu.test(html) });
  const parser = new Parser({
    onopentag: (name, attributes) => text.open(name, attributes),
    onclosetag: (name) => text.close(name),
    ontext: (words) => text.add(words),
  });
  for (let from = 0; from < html.length && !text.isFull; from += CHUNK) {
    parser.write(html.slice(from, from + CHUNK));
  }
  // Not when it is full: that would close each of a bomb's many tags.
  if (!text.isFull) parser.end();
  return text.end();
}
