import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { ProgressState } from "./run.ts";

export interface ProgressOptions {
  space: string;
  clock: Clock;
  log: Logger;
  /** Shows it to whoever asks for the runs. */
  show(state: ProgressState): Promise<void>;
}

const EVERY_MS = 1000;

/** How far a run is; tells of it once a second at the most, and only when it takes longer than that. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #state: ProgressState = { peopleRead: 0, done: 0, total: 0 };
  #toldAt: number;
  #showing: Promise<void> | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#toldAt = options.clock.now().getTime();
  }

  get state(): ProgressState {
    return { ...this.#state };
  }

  read(people: number): void {
    this.#state.peopleRead += people;
    this.#tell(() => `${this.#state.peopleRead} people read`);
  }

  /** @param done  what was made before, where a run goes on */
  begin(total: number, done: number): void {
    Object.assign(this.#state, { total, done });
  }

  made(): void {
    this.#state.done += 1;
    this.#tell(() => `${this.#state.done} of ${this.#state.total} changes made`);
  }

  /** Resolves when nothing more of it is under way. */
  async end(): Promise<void> {
    await this.#showing;
  }

  #tell(line: () => string): void {
    const { clock, log, space, show } = this.#options;
    const now = clock.now().getTime();
    if (now - this.#toldAt < EVERY_MS) return;
    this.#toldAt = now;
    log.info(`space ${space}: ${line()}`);
    // One at a time: an older state must not take the place of a newer one. What could not be shown is shown in a second.
    this.#showing ??= show(this.state)
      .catch(() => undefined)
      .finally(() => {
        this.#showing = undefined;
      });
  }
}
