import { messageOf } from "../error-message.ts";
import {
  type AnsweredPart,
  type BatchRequest,
  FAILED_DEPENDENCY,
  PARTS_PER_BATCH,
  sendBatch,
} from "./batch-request.ts";
import { effectOf } from "../http/service-error.ts";
import { GraphServiceError, GraphUnreachableError, refusalDetails } from "./graph-error.ts";
import type { GraphRoad } from "./graph-road.ts";
import type { Patience } from "./patience.ts";

/** One request of a chain. */
export interface Step extends BatchRequest {
  /** Sending it twice does what sending it once does. */
  harmless: boolean;
  /** How often it is tried at the most where it is throttled or fails in passing; 5 unless given. */
  attempts?: number;
}

/** What is known of a step in the end. */
export type StepOutcome =
  /** A final answer: 2xx, a refusal, or the 5xx of a harmless step that was tried to the end; `error` tells what is not 2xx. */
  | { state: "answered"; status: number; body: unknown; error?: string }
  /** Surely without effect: never sent, throttled to the end, or the step before it did not succeed. */
  | { state: "not_run"; error: string }
  /** It may have been carried out. */
  | { state: "unknown"; error: string };

interface Link {
  readonly step: Step;
  tries: number;
  /** The tries that failed by themselves, and not with the whole batch. */
  failures: number;
  outcome: StepOutcome | undefined;
  /** The outcome if it were not tried again. */
  soFar: StepOutcome | undefined;
}

interface Chain {
  readonly links: readonly Link[];
  /** Milliseconds since 1970: the service asked to be left alone until then. */
  notBefore: number;
}

interface Part {
  readonly chain: Chain;
  readonly link: Link;
}

const TIMEOUT_MS = 30_000;
const TIMEOUT_OF_A_PART_MS = 10_000;

/**
 * Carries out chains of steps: a step begins only after the one before it in its chain has succeeded (2xx). One call has
 * one `$batch` in flight at a time, and that one request at a time, so as many calls may run side by side as a mailbox
 * takes requests.
 *
 * Graph takes batches whose parts are all independent, or each depend on the one before. So a part that fails takes
 * all behind it with it (424), also those of other chains: these surely did nothing and go into the next batch.
 * What was throttled is tried again, and a harmless step also after a failure in passing or without an answer; a step that is
 * not harmless is never repeated once it may have been carried out.
 * @param options.signal  asked before each batch: once it aborts, nothing is begun any more
 * @returns the outcomes of each chain's steps; whatever the service does, it does not throw
 * @see https://learn.microsoft.com/graph/json-batching#sequencing-requests-with-the-dependson-property
 */
export async function runChains(
  graph: GraphRoad,
  chains: readonly (readonly Step[])[],
  options: { signal: AbortSignal },
): Promise<StepOutcome[][]> {
  const { patience } = graph;
  const signal = AbortSignal.any([options.signal, patience.signal]);
  const lane = chains.map(chainOf);
  for (let open = lane.filter(isOpen); open.length > 0 && !signal.aborted; open = open.filter(isOpen)) {
    // Before anything is chosen: what waits for itself may go along then.
    await patience.rest(signal);
    if (signal.aborted) break;
    const now = patience.now().getTime();
    const parts = nextParts(open.filter(({ notBefore }) => notBefore <= now));
    if (parts.length > 0) await carryOut(graph, parts, signal);
    else await patience.pause(Math.min(...open.map(({ notBefore }) => notBefore)) - now, signal);
  }
  return lane.map((chain) => outcomesOf(chain, signal));
}

function chainOf(steps: readonly Step[]): Chain {
  const links = steps.map((step) => ({ step, tries: 0, failures: 0, outcome: undefined, soFar: undefined }));
  return { links, notBefore: 0 };
}

function isOpen({ links }: Chain): boolean {
  return (
    links.some(({ outcome }) => !outcome) && links.every(({ outcome }) => !outcome || succeeded(outcome))
  );
}

function outcomesOf(chain: Chain, signal: AbortSignal): StepOutcome[] {
  const reason = isOpen(chain)
    ? `not begun any more: ${messageOf(signal.reason)}`
    : "not begun, since the step before it did not succeed";
  return chain.links.map(({ outcome, soFar }) => outcome ?? soFar ?? { state: "not_run", error: reason });
}

/**
 * What goes into the next batch. As long as all is well, a chain's steps follow one another, so that what a step
 * remembers of the one before is remembered at once. When a harmless step is in trouble, each chain goes one step
 * only, those in trouble last: what fails again must not keep the others from being begun.
 */
function nextParts(chains: readonly Chain[]): Part[] {
  const rests = chains.map((chain) =>
    chain.links.filter(({ outcome }) => !outcome).map((link): Part => ({ chain, link })),
  );
  const careful = rests.some(([next]) => next?.link.step.harmless && next.link.failures > 0);
  const failures = ([next]: Part[]): number => next?.link.failures ?? 0;
  const sendsFirst = ([next]: Part[]): number => (careful && next?.link.step.harmless ? 1 : 0);
  const ordered = rests.toSorted(
    (one, other) => failures(one) - failures(other) || sendsFirst(one) - sendsFirst(other),
  );
  return ordered.flatMap((rest) => (careful ? rest.slice(0, 1) : rest)).slice(0, PARTS_PER_BATCH);
}

async function carryOut(graph: GraphRoad, parts: readonly Part[], signal: AbortSignal): Promise<void> {
  const { patience } = graph;
  const steps = parts.map(({ link }) => link.step);
  let answers: (AnsweredPart | undefined)[];
  try {
    answers = await sendBatch(graph, steps, "serial", {
      // Repeated here, where it is known what of it may be.
      harmless: false,
      attempts: 1,
      // The parts are carried out one after the other, and the answer comes after the last.
      timeoutMs: TIMEOUT_MS + TIMEOUT_OF_A_PART_MS * parts.length,
      signal,
    });
  } catch (error) {
    settleWhole(parts, error, patience);
    return;
  }
  settleParts(parts, answers, patience);
}

function settleParts(
  parts: readonly Part[],
  answers: readonly (AnsweredPart | undefined)[],
  patience: Patience,
): void {
  const notRun = new Set(parts.filter((_, index) => answers[index]?.status === FAILED_DEPENDENCY));
  const [first] = answers;
  if (first?.status === 429) holdUp([...notRun], first, patience);
  let failed = false;
  for (const [index, part] of parts.entries()) {
    const answer = answers[index];
    // Behind a part that failed this says nothing of its own.
    if (!(failed && notRun.has(part))) settle(part, answer, patience);
    failed ||= !(answer && isSuccess(answer.status));
  }
}

/**
 * A batch that was throttled at its beginning was a try of all that is in it: otherwise a storm would be borne as often as
 * there are chains.
 */
function holdUp(behind: readonly Part[], answer: AnsweredPart, patience: Patience): void {
  const error = "Microsoft Graph answered the $batch with 429 from its first part on";
  const pauseMs = patience.pauseMs(1, patience.retryAfterMs(answer));
  for (const part of firstOfEachChain(behind)) {
    countTry(part, { state: "not_run", error }, patience, { pauseMs });
  }
}

function settle(part: Part, answer: AnsweredPart | undefined, patience: Patience): void {
  const { link } = part;
  const name = `${link.step.method} ${link.step.url.replace(/\?.*$/u, "")}`;
  if (!answer) return lost(part, `Microsoft Graph left ${name} out of its answer to a $batch`, patience);
  const { status, body } = answer;
  if (isSuccess(status)) {
    link.outcome = { state: "answered", status, body };
    return;
  }
  const refusal = new GraphServiceError(name, status, refusalDetails(body, answer.headers));
  const answered: StepOutcome = { state: "answered", status, body, error: refusal.message };
  const pauseMs = patience.pauseMs(link.tries + 1, patience.retryAfterMs(answer));
  if (status === 429 || status === FAILED_DEPENDENCY) {
    tryAgain(part, { state: "not_run", error: refusal.message }, patience, { pauseMs });
  } else if (status === 401) {
    // The token has run out on the way; the next batch brings a new one.
    countTry(part, answered, patience, { pauseMs: 0, attempts: 2 });
  } else if (refusal.effect === "none") {
    link.outcome = answered;
  } else if (link.step.harmless) {
    tryAgain(part, answered, patience, { pauseMs });
  } else {
    link.outcome = { state: "unknown", error: refusal.message };
  }
}

/** The batch as a whole was refused or not answered. */
function settleWhole(parts: readonly Part[], error: unknown, patience: Patience): void {
  const message = messageOf(error);
  const retryAfterMs = error instanceof GraphServiceError ? error.retryAfterMs : undefined;
  if (effectOf(error) === "unknown") {
    for (const part of parts) lost(part, message, patience, retryAfterMs);
    return;
  }
  const notRun: StepOutcome = { state: "not_run", error: message };
  const tries = Math.max(...parts.map(({ link }) => link.tries)) + 1;
  const pauseMs = isPassing(error) ? patience.pauseMs(tries, retryAfterMs) : undefined;
  for (const part of firstOfEachChain(parts)) countTry(part, notRun, patience, { pauseMs });
}

/** A refusal for good, or a token that is not to be had, will be the same the next time. */
function isPassing(error: unknown): boolean {
  return error instanceof GraphServiceError ? error.status === 429 : error instanceof GraphUnreachableError;
}

function firstOfEachChain(parts: readonly Part[]): Part[] {
  return parts.filter(({ chain, link }) => chain.links.find(({ outcome }) => !outcome) === link);
}

/** It may have been carried out, or not. */
function lost(part: Part, error: string, patience: Patience, retryAfterMs?: number): void {
  const { link } = part;
  const unknown: StepOutcome = { state: "unknown", error };
  if (!link.step.harmless) link.outcome = unknown;
  else tryAgain(part, unknown, patience, { pauseMs: patience.pauseMs(link.tries + 1, retryAfterMs) });
}

interface Limits {
  /** Undefined when it is not to be tried again. */
  pauseMs: number | undefined;
  attempts?: number;
}

function tryAgain(part: Part, outcome: StepOutcome, patience: Patience, limits: Limits): void {
  part.link.failures += 1;
  countTry(part, outcome, patience, limits);
}

function countTry({ chain, link }: Part, outcome: StepOutcome, patience: Patience, limits: Limits): void {
  const { pauseMs, attempts = link.step.attempts ?? patience.attempts } = limits;
  link.tries += 1;
  // What may have been carried out once does not become "surely not" by a later refusal.
  if (!link.soFar || outcome.state !== "not_run") link.soFar = outcome;
  if (pauseMs === undefined || link.tries >= attempts) link.outcome = link.soFar;
  else chain.notBefore = patience.now().getTime() + pauseMs;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function succeeded(outcome: StepOutcome): boolean {
  return outcome.state === "answered" && isSuccess(outcome.status);
}
