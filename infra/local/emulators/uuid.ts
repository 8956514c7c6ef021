import { createHash } from "node:crypto";

/** A UUID made from words, for what has to stay the same in every run. */
export function uuidOf(words: string): string {
  const digest = createHash("sha256").update(words).digest("hex");
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}
