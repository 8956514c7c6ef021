import type { Clock } from "../clock.ts";
import { DeadlineError, startDeadline } from "./deadline.ts";
import { reasonOfFetchError } from "./request-effect.ts";

export interface Question {
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** What it says beside its status is of no use: that is not waited for. */
  statusAlone?: boolean;
  /** For the whole exchange, milliseconds. */
  timeoutMs: number;
  clock: Clock;
  /** Ends it sooner. */
  signal?: AbortSignal | undefined;
}

/**
 * What came back, or why nothing did: then whether the request has had its effect is not known. `isLate`: nothing came in
 * the time that was given.
 */
export type Answer = { status: number; text: string } | { silent: string; isLate: boolean };

/** No more of an answer is looked at, bytes. */
const MOST_READ = 64 * 1024;

/** Asks a service once. A redirect is not followed, since a POST would become a GET on its way. Never throws. */
export async function ask(
  url: string,
  { method, headers = {}, body, statusAlone = false, timeoutMs, clock, signal }: Question,
): Promise<Answer> {
  const deadline = startDeadline({ milliseconds: timeoutMs, clock, signal });
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: "manual",
      signal: deadline.signal,
      ...(body === undefined ? {} : { body }),
    });
    if (!statusAlone) return { status: response.status, text: await beginningOf(response) };
    response.body?.cancel().catch(() => undefined);
    return { status: response.status, text: "" };
  } catch (error) {
    const reason: unknown = deadline.signal.aborted ? deadline.signal.reason : error;
    return { silent: reasonOfFetchError(reason), isLate: reason instanceof DeadlineError };
  } finally {
    deadline.clear();
  }
}

async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length >= MOST_READ) break;
  }
  return Buffer.concat(chunks).subarray(0, MOST_READ).toString("utf8");
}
