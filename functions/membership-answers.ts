import type { HttpResponseInit } from "@azure/functions";
import type { Logger } from "../shared/log.ts";
import type { Run } from "../shared/membership/run.ts";
import { tellOfTrouble } from "./tell-of-trouble.ts";

/**
 * The answer to whoever asked for runs: 200 when all are ok, 202 when a plan is held or some go on in the queue, 502
 * otherwise.
 * @param location  where the outcome of the rest will be
 */
export async function runsAnswer(
  runs: readonly Run[],
  location: string | undefined,
  log: Logger,
): Promise<HttpResponseInit> {
  const bad = runs.some(isBad);
  if (bad) await tellOfTrouble(log);
  if (location !== undefined) return { status: 202, headers: { location }, jsonBody: { runs } };
  const isHeld = runs.some(({ status }) => status === "held");
  return { status: bad ? 502 : isHeld ? 202 : 200, jsonBody: { runs } };
}

/** Whether a run has ended, and not well. */
export function isBad({ status }: Run): boolean {
  return status === "failed" || status === "partial";
}
