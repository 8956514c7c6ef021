import * as z from "zod";

/** Fields as people write them into configuration files, with messages that say what to write instead. */

/** The message for a field that is not there, and the one for any other value that is not taken. */
export const missingOr =
  (otherwise: string) =>
  ({ input }: { input?: unknown }): string =>
    input === undefined ? "is missing" : otherwise;

/** A text, of any length. */
export const TextField = z.string({ error: missingOr("must be a text in quotes") });

/** A number, also in quotes. */
export function numberField(least: number, most: number, { whole }: { whole: boolean }) {
  const kind = whole ? "a whole number" : "a number";
  return z.unknown().transform((value, context): number => {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number === "number" && number >= least && number <= most) {
      if (!whole || Number.isInteger(number)) return number;
    }
    context.addIssue(missingOr(`must be ${kind} from ${least} to ${most}`)({ input: value }));
    return z.NEVER;
  });
}

/** As browsers judge an address, plus a dot in the domain: a host's name without one is a slip of the hand. */
export function isAddress(text: string): boolean {
  return z.regexes.html5Email.test(text) && text.slice(text.lastIndexOf("@")).includes(".");
}

/** The message for what is none. */
export function noAddress(text: string): string {
  return `“${text}” is not an e-mail address`;
}
