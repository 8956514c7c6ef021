import type { Clock } from "../clock.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Logger } from "../log.ts";
import type { Meter } from "../runs/meter.ts";
import type { RunHistory } from "../runs/run-history.ts";
import type { WebexRoad } from "../webex/webex-road.ts";
import type { Approvals } from "./approvals.ts";
import type { MembershipFact } from "./membership-fact.ts";
import { Progress } from "./progress.ts";
import { type Run, statusOf } from "./run.ts";
import type { SpaceDocuments } from "./space-documents.ts";

/** What a run works with; `wire.ts` binds it to the services. */
export interface SpaceWorld {
  clock: Clock;
  documents: SpaceDocuments;
  history: RunHistory<Run>;
  ledger: Ledger<MembershipFact>;
  approvals: Approvals;
  webex(connection: string, options: { signal: AbortSignal; meter: Meter }): WebexRoad;
  microsoft(connection: string, options: { signal: AbortSignal; meter: Meter }): Promise<GraphRoad>;
  /** How many people Webex lets into a space. */
  mostMembers: number;
}

/** What is to be done with a space. */
export type SpaceRequest =
  /** `force`: the hash of the held plan that may be applied. */
  { kind: "sync"; dryRun: boolean; force?: string | undefined } | { kind: "undo"; undoes: string };

/** One run of one space. */
export interface SpaceJob {
  runId: string;
  batch: string;
  space: string;
  request: SpaceRequest;
}

export interface SpaceRunOptions {
  /** Ends the run: the lock is lost, or its time is wholly over. */
  signal: AbortSignal;
  /** No change is begun after it; what is left goes on later. */
  until: Date;
  /**
   * Called before it is written down that a plan is begun. Who is not started by a message of the queue, which comes again
   * by itself, sees to it here that the run goes on should its process end.
   */
  onBegin?: () => Promise<void>;
  log: Logger;
}

/** A run that is being carried out, and what is known of it so far. */
export class SpaceWork {
  readonly job: SpaceJob;
  readonly options: SpaceRunOptions;
  readonly world: SpaceWorld;
  readonly meter: Meter = { requests: 0, throttled: false };
  readonly progress: Progress;
  readonly warnings = new Set<string>();
  #startedAt: string;

  constructor(job: SpaceJob, options: SpaceRunOptions, world: SpaceWorld) {
    this.job = job;
    this.options = options;
    this.world = world;
    const { clock, documents } = world;
    this.#startedAt = clock.now().toISOString();
    const show = (): Promise<void> =>
      this.isDryRun ? Promise.resolve() : documents.saveRunning(this.report({ status: "running" }));
    this.progress = new Progress({ space: job.space, clock, log: options.log, show });
  }

  get isDryRun(): boolean {
    return this.job.request.kind === "sync" && this.job.request.dryRun;
  }

  /** What an earlier part of this run has told of itself, if there was one. */
  goOn(earlier: Run | undefined): void {
    if (!earlier) return;
    this.#startedAt = earlier.startedAt;
    this.meter.requests += earlier.requests;
    for (const warning of earlier.warnings) this.warnings.add(warning);
    this.progress.begin(earlier.progress.total, earlier.progress.done);
  }

  isTimeOver(): boolean {
    return this.world.clock.now() >= this.options.until;
  }

  /** The report with what is known; its status follows from it, unless it is given. */
  report(outcome: Partial<Run>): Run {
    const { runId, batch, space, request } = this.job;
    if (this.meter.throttled) this.warnings.add("throttled");
    const run: Run = {
      runId,
      batch,
      space,
      status: "ok",
      dryRun: this.isDryRun,
      ...(request.kind === "undo" ? { undoes: request.undoes } : {}),
      startedAt: this.#startedAt,
      ...(outcome.status === "running" ? {} : { finishedAt: this.world.clock.now().toISOString() }),
      requests: this.meter.requests,
      warnings: [...this.warnings],
      counts: { add: 0, remove: 0, keep: 0 },
      actions: [],
      progress: this.progress.state,
      ...outcome,
    };
    return { ...run, status: outcome.status ?? statusOf(run) };
  }
}
