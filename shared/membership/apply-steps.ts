import { messageOf } from "../error-message.ts";
import pLimit from "p-limit";
import { effectOf } from "../http/service-error.ts";
import { inLanes } from "../lanes.ts";
import { addMember, removeMember } from "../webex/memberships.ts";
import { WebexServiceError, WebexThrottledError } from "../webex/webex-error.ts";
import type { WebexRoad } from "../webex/webex-road.ts";
import { isOfService } from "./service-refusal.ts";
import type { SpaceLedger, StepResult } from "./space-ledger.ts";
import { type Step, subjectOf } from "./steps.ts";

/** What carrying out the steps of a run touches. */
export interface StepEffects {
  runId: string;
  spaceId: string;
  webex: WebexRoad;
  ledger: Pick<SpaceLedger, "begin" | "conclude">;
  /** No step is begun any more once this aborts: the lock is lost, or the process ends. */
  signal: AbortSignal;
  /** No step is begun after it: there is just enough time left to end well. */
  isTimeOver(): boolean;
  onMade(): void;
}

/** What has come of a step. `unknown`: it was begun, and the answer was lost. */
export type StepEnd =
  | { state: "made" | "already" | "not_begun" }
  | { state: "failed" | "unknown"; error: string };

export interface StepEnds {
  /** By subject; a step that is missing was not begun. */
  ends: ReadonlyMap<string, StepEnd>;
  /** What ended it all before the end: no step would have come to anything any more. */
  stoppedBy: unknown;
}

/** As many intents as the ledger takes in one transaction. */
const TOGETHER = 100;
/** While the ledger is told of some, others are made. */
const LANES = 2;
/** As many requests as are under way at once; the road slows them down to what Webex allows. */
const SIDE_BY_SIDE = 16;

/** Makes the steps, phase after phase. One that fails stops no other. */
export async function applySteps(phases: readonly Step[][], effects: StepEffects): Promise<StepEnds> {
  const work = new Application(effects);
  for (const steps of phases) {
    await inLanes(steps, { size: TOGETHER, lanes: LANES }, (together) => work.make(together));
  }
  return work;
}

class Application implements StepEnds {
  readonly ends = new Map<string, StepEnd>();
  stoppedBy: unknown;
  readonly #effects: StepEffects;
  readonly #limit = pLimit(SIDE_BY_SIDE);

  constructor(effects: StepEffects) {
    this.#effects = effects;
  }

  /** The order is: intent into the ledger, change, outcome into the ledger. */
  async make(steps: readonly Step[]): Promise<void> {
    const { ledger, runId } = this.#effects;
    if (this.#isOver()) return;
    try {
      await ledger.begin(steps, runId);
    } catch (error) {
      // Without a ledger nobody could go on with it, or take it back.
      this.stoppedBy ??= error;
      return;
    }
    const results = new Map<string, StepResult>();
    await Promise.all(
      steps.map((step) =>
        this.#limit(async () => {
          const result = await this.#makeOne(step);
          if (result !== "unknown") results.set(subjectOf(step), result);
        }),
      ),
    );
    try {
      await ledger.conclude(results);
    } catch (error) {
      this.stoppedBy ??= error;
    }
  }

  async #makeOne(step: Step): Promise<StepResult | "unknown"> {
    if (this.#isOver()) return "nothing";
    const { onMade } = this.#effects;
    try {
      const result = await this.#send(step);
      this.ends.set(subjectOf(step), { state: result === "nothing" ? "already" : "made" });
      onMade();
      return result;
    } catch (error) {
      return this.#failed(step, error);
    }
  }

  async #send(step: Step): Promise<StepResult> {
    const { webex, spaceId } = this.#effects;
    if (step.change === "remove") {
      const outcome = await removeMember(webex, step.membershipId);
      return outcome.state === "gone" && !outcome.maybeOurs ? "nothing" : {};
    }
    const { personId, email, isModerator } = step;
    const person = personId === undefined ? { email } : { id: personId };
    const outcome = await addMember(webex, { roomId: spaceId, person, isModerator });
    if (outcome.state === "added") return { personId: outcome.personId, created: outcome.created };
    // They were not in the space when it was read, and our own request is known to have been on its way.
    return outcome.maybeOurs ? {} : "nothing";
  }

  #failed(step: Step, error: unknown): StepResult | "unknown" {
    const effect = effectOf(error);
    if (effect === "none" && this.#effects.signal.aborted) return "nothing";
    const message = messageOf(error);
    const state = effect === "unknown" ? "unknown" : "failed";
    this.ends.set(subjectOf(step), { state, error: message });
    // What comes of the end of the run says nothing of the steps that are left.
    if (!this.#effects.signal.aborted && concernsAll(error)) this.stoppedBy ??= error;
    return effect === "unknown" ? "unknown" : "nothing";
  }

  #isOver(): boolean {
    const { signal, isTimeOver } = this.#effects;
    return this.stoppedBy !== undefined || signal.aborted || isTimeOver();
  }
}

/** No token, or a service that wants to be left alone: the next step would fare no better. */
function concernsAll(error: unknown): boolean {
  if (error instanceof WebexThrottledError) return true;
  if (error instanceof WebexServiceError) return error.status === 401 || error.status === 429;
  return !isOfService(error);
}
