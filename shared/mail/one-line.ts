/** Control characters and line ends become a blank: no name can open a line of its own in the mail, or a header. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\p{Cc}\p{Zl}\p{Zp}]+\s*/gu, " ").trim();
}
