import { DeadlineError } from "../http/deadline.ts";

/** How long an attempt may take, and what else may end it. */
export interface AttemptLimits {
  /** For the whole attempt, from the first name lookup to the last answer, in milliseconds. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** The caller needs the outcome no longer: its signal has aborted, for the reason that is the cause. */
export class AttemptAbandonedError extends Error {
  override readonly name = "AttemptAbandonedError";

  constructor(cause: unknown) {
    super("The attempt was abandoned", { cause });
  }
}

/** The one clock over an attempt of many steps: a slow one leaves less time for the rest. */
export interface Deadline {
  /** Aborts when the time is up, or when the caller's signal does. */
  signal: AbortSignal;
  /** To be called when the attempt is over. */
  clear(): void;
}

/** Starts the clock. It is the machine's, as are those of the mail libraries below. */
export function startDeadline({ timeoutMs, signal }: AttemptLimits): Deadline {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new DeadlineError(timeoutMs)), timeoutMs);
  const onAbort = (): void => over.abort(new AttemptAbandonedError(signal?.reason));
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return {
    signal: over.signal,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
