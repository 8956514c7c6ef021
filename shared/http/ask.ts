import type { Clock } from "../clock.ts";
import { startDeadline } from "./deadline.ts";
import { reasonOfFetchError } from "./request-effect.ts";

export interface Question {
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** For the whole exchange, milliseconds. */
  timeoutMs: number;
  clock: Clock;
  /** Ends it sooner. */
  signal?: AbortSignal | undefined;
}

/** What came back, or why nothing did: then whether the request has had its effect is not known. */
export type Answer = { status: number; text: string } | { silent: string };

/** No more of an answer is looked at, bytes. */
const MOST_READ = 64 * 1024;

/** Asks a service once. A redirect is not followed, since a POST would become a GET on its way. Never throws. */
export async function ask(
  url: string,
  { method, headers = {}, body, timeoutMs, clock, signal }: Question,
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
    return { status: response.status, text: await beginningOf(response) };
  } catch (error) {
    if (deadline.signal.aborted) return { silent: reasonOfFetchError(deadline.signal.reason) };
    return { silent: reasonOfFetchError(error) };
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
