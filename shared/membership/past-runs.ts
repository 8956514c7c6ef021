import { newestFirst } from "../runs/run-history.ts";
import { isApprovable } from "./held-back.ts";
import type { Run } from "./run.ts";
import type { HistoryQuery } from "./run-request.ts";
import type { SpaceWorld } from "./space-work.ts";

type PastWorld = Pick<SpaceWorld, "documents" | "history" | "approvals" | "clock">;

/** Runs that have ended, and those under way, newest first. @throws the storage client's error */
export async function pastRuns({ space, batch, limit }: HistoryQuery, world: PastWorld): Promise<Run[]> {
  const [under, ended] = await Promise.all([
    world.documents.running(space),
    world.history.list({ subject: space, batch, limit }),
  ]);
  const known = new Set(ended.map(({ runId }) => runId));
  const running = under.filter((run) => !known.has(run.runId) && (batch ?? run.batch) === run.batch);
  const runs = [...running, ...ended].toSorted(newestFirst).slice(0, limit);
  return withLinks(runs, world);
}

/** The link by which a plan is approved is not kept with its report: whoever has it may approve. */
async function withLinks(runs: readonly Run[], { documents, approvals, clock }: PastWorld): Promise<Run[]> {
  const spaces = new Set(runs.filter(({ status }) => status === "held").map(({ space }) => space));
  const waiting = new Map(
    await Promise.all([...spaces].map(async (space) => [space, await documents.held(space)] as const)),
  );
  return Promise.all(
    runs.map(async (run) => {
      const held = run.status === "held" ? waiting.get(run.space) : undefined;
      if (!held || !isApprovable(held, run.hash ?? "", clock.now())) return run;
      return { ...run, approve: await approvals.linkFor(run.space, held) };
    }),
  );
}
