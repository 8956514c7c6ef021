/**
 * What is known of a request's effect when it ended badly: `none`, the service surely did nothing (it refused, or was
 * never reached); `unknown`, it may have done it. Only `none` may be repeated where repeating has consequences.
 */
export type Effect = "none" | "unknown";

/** A connection that never came about carried no request. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Of a request that `fetch` threw at. */
export function effectOfFetchError(error: unknown): Effect {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return NEVER_SENT.has(code) || code.includes("CERT") || code.startsWith("ERR_TLS") ? "none" : "unknown";
}

/** Of a request that was answered with an error. A gateway that gave up says nothing of the server behind it. */
export function effectOfStatus(status: number): Effect {
  return status >= 500 || status === 408 ? "unknown" : "none";
}

/** In words. `fetch` says only "fetch failed" and keeps the reason in its cause. */
export function reasonOfFetchError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
