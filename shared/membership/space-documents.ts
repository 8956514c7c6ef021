import type { HistoryPlace } from "../runs/run-history.ts";
import type { JsonBlobs } from "../storage/json-blobs.ts";
import type { KeptMissing } from "./missing.ts";
import type { Inverse } from "./inverse.ts";
import type { Run } from "./run.ts";
import type { RunPlan } from "./steps.ts";

/** The container of all that is kept of spaces. */
export const MEMBERSHIP_CONTAINER = "membership";

/** Where the reports are kept, and what goes with them when they are forgotten. */
export const MEMBERSHIP_RUNS = {
  table: "membershipruns",
  container: MEMBERSHIP_CONTAINER,
  folder: "reports/",
  otherBlobs: (space: string, runId: string) => [planName(space, runId), inverseName(runId)],
} satisfies HistoryPlace & { otherBlobs: (space: string, runId: string) => string[] };

/** What a run sets out to do. */
export interface KeptPlan {
  /** `held`: nobody has approved it yet. */
  state: "held" | "begun";
  plan: RunPlan;
}

/** The plan that waits for approval, or the last one that did. */
export interface HeldPlan {
  /** The run that made it. */
  runId: string;
  hash: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
  /** The run that has applied it. */
  appliedBy?: string;
  /** Whether the operator has been told by mail; until then every run that finds it waiting tries. */
  isTold: boolean;
}

/** What takes a run back. */
export interface KeptInverse {
  space: string;
  inverse: Inverse;
  /** The run that has taken it back. */
  undoneBy?: string;
}

/** Documents of spaces and their runs. All of them throw the storage client's error. */
export interface SpaceDocuments {
  plan(space: string, runId: string): Promise<KeptPlan | undefined>;
  savePlan(space: string, runId: string, kept: KeptPlan): Promise<void>;
  held(space: string): Promise<HeldPlan | undefined>;
  saveHeld(space: string, held: HeldPlan): Promise<void>;
  inverse(runId: string): Promise<KeptInverse | undefined>;
  saveInverse(runId: string, kept: KeptInverse): Promise<void>;
  missing(space: string): Promise<KeptMissing>;
  saveMissing(space: string, missing: KeptMissing): Promise<void>;
  /** Runs that are under way, or were when their process ended; of one space, or of all. */
  running(space?: string): Promise<Run[]>;
  saveRunning(run: Run): Promise<void>;
  dropRunning(run: Pick<Run, "space" | "runId">): Promise<void>;
}

/** Keeps them as blobs. */
export function spaceDocuments(blobs: JsonBlobs): SpaceDocuments {
  const read = async <T>(name: string): Promise<T | undefined> => (await blobs.read(name)) as T | undefined;
  return {
    plan: (space, runId) => read<KeptPlan>(planName(space, runId)),
    savePlan: (space, runId, kept) => blobs.put(planName(space, runId), kept),
    held: (space) => read<HeldPlan>(heldName(space)),
    saveHeld: (space, held) => blobs.put(heldName(space), held),
    inverse: (runId) => read<KeptInverse>(inverseName(runId)),
    saveInverse: (runId, kept) => blobs.put(inverseName(runId), kept),
    missing: async (space) => ({ since: {}, ...(await read<Partial<KeptMissing>>(missingName(space))) }),
    saveMissing: (space, missing) => blobs.put(missingName(space), missing),
    async running(space) {
      const names = await blobs.names(space === undefined ? RUNNING : `${RUNNING}${space}/`);
      const runs = await Promise.all(names.map((name) => read<Run>(name)));
      // One that has just ended is in the history.
      return runs.filter((run) => run !== undefined);
    },
    saveRunning: (run) => blobs.put(runningName(run), run),
    dropRunning: (run) => blobs.delete(runningName(run)),
  };
}

const RUNNING = "running/";

function planName(space: string, runId: string): string {
  return `plans/${space}/${runId}.json`;
}

/** Found by the run alone: who takes it back knows no more. */
function inverseName(runId: string): string {
  return `inverses/${runId}.json`;
}

function heldName(space: string): string {
  return `held/${space}.json`;
}

function missingName(space: string): string {
  return `absences/${space}.json`;
}

function runningName({ space, runId }: Pick<Run, "space" | "runId">): string {
  return `${RUNNING}${space}/${runId}.json`;
}
