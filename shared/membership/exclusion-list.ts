/** One line of a list. */
export interface ListedLine {
  /** From 1. */
  line: number;
  text: string;
}

/**
 * Reads a list with one entry a line. Blank lines exclude nobody, nor do those that begin with `#`: an empty text is a
 * part of every department's name.
 */
export function parseExclusionList(content: string): ListedLine[] {
  return content
    .replace(/^\uFEFF/u, "")
    .split(/\r\n|\r|\n/u)
    .map((text, index) => ({ line: index + 1, text: text.trim() }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
}
