const SECONDS = /^\d+$/;
// The three forms of RFC 9110 5.6.7; the oldest of them carries no zone and means GMT all the same.
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*[, ]/;

/**
 * How long a service asks to be left alone.
 * @param header  the value of `Retry-After`: seconds, or an HTTP date
 * @returns milliseconds from `now`, never negative; undefined when there is no header or it says nothing intelligible
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfter(header: string | null | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? "";
  if (SECONDS.test(text)) return Number(text) * 1000;
  if (!HTTP_DATE.test(text)) return undefined;
  const instant = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - now.getTime());
}
