/** Bytes that are no UTF-8 are read as the first, letters of UTF-16 with the second. */
const NO_UTF8 = /[\uFFFD\0]/u;
export const NOT_UTF8 = "is not in UTF-8; save the file in that encoding";

/** Whether a text was read in another encoding than it was written in: then it would match nobody's department. */
export function isGarbled(text: string): boolean {
  return NO_UTF8.test(text);
}

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
