import * as z from "zod";
import type { RefusalDetails } from "./webex-error.ts";

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
