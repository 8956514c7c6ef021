import * as z from "zod";
import type { Clock } from "../clock.ts";
import { type Answer, ask } from "../http/ask.ts";

/** A vmo-mediator, which switches the greetings of a voice-mail system. */
export interface Mediator {
  /** Its base, without a slash at its end. */
  readonly url: string;
  /** Whether it is there: a simple GET of its address. */
  greet(options?: { signal?: AbortSignal }): Promise<MediatorAnswer>;
  /**
   * Has it send the users it knows, each as a request of its own to our monitor, before it answers.
   * @param options.timeoutMs  how long its answer is waited for; it goes on all the same
   */
  setUp(options: { timeoutMs: number }): Promise<SetUpAnswer>;
  /** Tells it that a user is away or not. It takes the same twice. */
  setStatus(status: MailStatus): Promise<MediatorAnswer>;
}

export interface MailStatus {
  /** As the mediator knows the user, letter for letter. */
  email: string;
  away: boolean;
  /** What callers hear; it may be empty, but must be there. */
  message: string;
}

/** `isAbsent`: it gave no answer, or one that says nothing about this request but that it works for nobody. */
export type MediatorAnswer = { done: true } | { done: false; why: string; isAbsent: boolean };

/** `isLate`: there is no answer yet, and it may well be at it. */
export type SetUpAnswer = { done: true } | { done: false; why: string; isLate: boolean };

/** It waits 10 s itself for the voice-mail system behind it. */
const STATUS_WITHIN_MS = 15_000;
const GREETING_WITHIN_MS = 15_000;

const Result = z.object({ result: z.string() });

/**
 * @param url  its base, without a slash at its end
 * @see https://github.com/clintmann/vmo3/tree/master/vmo-mediator#api-description
 */
export function mediatorAt(url: string, { clock }: { clock: Clock }): Mediator {
  const headers = { "content-type": "application/json", accept: "application/json" };
  return {
    url,
    async greet({ signal } = {}) {
      const answer = await ask(`${url}/`, { method: "GET", timeoutMs: GREETING_WITHIN_MS, clock, signal });
      if ("silent" in answer) return silence(answer.silent);
      if (answer.status === 200) return { done: true };
      return { done: false, why: `it answered ${answer.status}`, isAbsent: true };
    },
    async setUp({ timeoutMs }) {
      const answer = await ask(`${url}/api/setup`, { method: "POST", headers, timeoutMs, clock });
      if ("silent" in answer && answer.isLate) {
        return { done: false, why: `it has not ended within ${timeoutMs / 1000} s`, isLate: true };
      }
      return { isLate: false, ...understood(answer) };
    },
    async setStatus({ email, away, message }) {
      // These three and no others; the status is a text, as Python writes it.
      const body = JSON.stringify({ email, status: away ? "True" : "False", message });
      const question = { method: "POST", headers, body, timeoutMs: STATUS_WITHIN_MS, clock } as const;
      return understood(await ask(`${url}/api/setstatus`, question));
    },
  };
}

function silence(reason: string): MediatorAnswer {
  return { done: false, why: `it gave no answer: ${reason}`, isAbsent: true };
}

function understood(answer: Answer): MediatorAnswer {
  if ("silent" in answer) return silence(answer.silent);
  const { status, text } = answer;
  const result = resultIn(text);
  // It passes on whatever status the voice-mail system answered, some of which sound well.
  if (status >= 200 && status < 300 && (result === undefined || result === "True")) return { done: true };
  const isPassedOn = result === PASSED_ON;
  const isAbsent = WORKS_FOR_NOBODY.has(status) || (status === NOT_REACHED && !isPassedOn);
  return { done: false, why: isPassedOn ? passedOn(status) : reasonOf(status, result), isAbsent };
}

/** Its word for an answer of the voice-mail system, whose status it takes for its own. */
const PASSED_ON = "Internal Error";
/** Its status when the voice-mail system gave no answer. */
const NOT_REACHED = 403;
/** With 500 it breaks off at this request alone. */
const WORKS_FOR_NOBODY = new Set([429, 502, 503, 504]);

const KNOWN: Readonly<Record<number, string>> = {
  400: "it did not understand the request",
  [NOT_REACHED]: "it did not reach the voice-mail system",
  404: "it does not know this user; synchronize its users with the voice-mail system",
};

function passedOn(status: number): string {
  return `it answered ${status}, as the voice-mail system behind it did`;
}

/** Its own words are left out: they may name anything. */
function reasonOf(status: number, result: string | undefined): string {
  const known = result === undefined ? undefined : KNOWN[status];
  return `it answered ${status}${known === undefined ? "" : `: ${known}`}`;
}

function resultIn(text: string): string | undefined {
  try {
    return Result.safeParse(JSON.parse(text)).data?.result;
  } catch {
    return undefined;
  }
}
