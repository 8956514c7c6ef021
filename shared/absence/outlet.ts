import type { Clock } from "../clock.ts";
import type { TargetKind } from "./told.ts";
import type { Telling } from "./plan.ts";

/** The way to a target: the mediator, or a webhook. */
export interface Outlet {
  /** The ledger's scope. */
  scope: string;
  kind: TargetKind;
  /** For people; nothing secret. */
  name: string;
  /** Makes the POST, which takes half a minute at the most. Never throws. */
  tell(telling: Telling): Promise<Answered>;
  /** Why it cannot be told anything as things are; undefined when it can. Nothing is sent. */
  obstacle?(): Promise<string | undefined>;
  absence: TargetAbsence;
}

/** `isAbsent`: the target works for nobody at the moment. */
export type Answered = { taken: true } | { taken: false; failure: string; isAbsent: boolean };

/** So many in a row, and the target is taken for down. */
const NOTICED_AFTER = 3;
/** Less than the time between two ticks: each looks anew. */
const LEFT_ALONE_MS = 40_000;

/** What all in this process know of a target that is down, so that not everybody waits for it. */
export class TargetAbsence {
  readonly #clock: Clock;
  #inARow = 0;
  #until = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether it is to be left alone. */
  get isDown(): boolean {
    const leftMs = this.#until - this.#clock.now().getTime();
    // More is left only when the clock was set back.
    return leftMs > 0 && leftMs <= LEFT_ALONE_MS;
  }

  /** Learns from an answer, or from there being none. */
  heed(answered: Answered): void {
    if (answered.taken || !answered.isAbsent) {
      this.#inARow = 0;
      this.#until = 0;
      return;
    }
    this.#inARow += 1;
    if (this.#inARow < NOTICED_AFTER) return;
    this.#inARow = 0;
    this.#until = this.#clock.now().getTime() + LEFT_ALONE_MS;
  }
}
