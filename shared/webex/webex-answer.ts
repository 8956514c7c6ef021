import * as z from "zod";
import { type RefusalDetails, WebexAnswerError } from "./webex-error.ts";

const Refusal = z.object({
  message: z.string().optional().catch(undefined),
  errors: z
    .array(z.object({ description: z.string().optional().catch(undefined) }))
    .optional()
    .catch(undefined),
  trackingId: z.string().optional().catch(undefined),
});

/** Reads what a refusal says. @see https://developer.webex.com/docs/basics#api-errors */
export function refusalDetails(
  body: unknown,
  headers: Headers,
  retryAfterMs: number | undefined,
): RefusalDetails {
  const { message, errors, trackingId } = Refusal.safeParse(body).data ?? {};
  return {
    message: message || errors?.find(({ description }) => description)?.description || NO_EXPLANATION,
    trackingId: trackingId ?? headers.get("trackingid") ?? undefined,
    retryAfterMs,
  };
}

const NO_EXPLANATION = "no explanation was given";

/** @throws {WebexAnswerError} it has not the form it should have */
export function parseAnswer<T>(name: string, answer: z.ZodType<T>, body: unknown): T {
  const parsed = answer.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new WebexAnswerError(`Webex answered ${name} in an unknown form: ${mistakesOf(parsed.error)}`);
}

/** On one line, and not all of them: a wrong form is mostly wrong in each of many items. */
function mistakesOf({ issues }: z.ZodError): string {
  const told = issues.slice(0, MISTAKES_TOLD).map(({ path, message }) => `${path.join(".")}: ${message}`);
  const rest = issues.length - told.length;
  return [...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
}

const MISTAKES_TOLD = 3;

/** @returns undefined when it is not JSON */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
