import type { HttpHandler } from "@azure/functions";
import type { Run } from "../shared/registration/run.ts";
import { answering, jsonOf } from "./answers.ts";
import { registration } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";
import { RequestProblem } from "./request-problem.ts";
import { tellOfTrouble } from "./tell-of-trouble.ts";

/** Forces a run of every team, or of one. */
export const handler: HttpHandler = (request, context) =>
  answering(context, async () => {
    const service = await registration.service();
    const log = loggerOf(context);
    const outcome = await service.runNow(await jsonOf(request), log);
    switch (outcome.kind) {
      case "ran": {
        const { runs } = outcome;
        if (!areWell(runs)) await tellOfTrouble(log);
        return { status: areWell(runs) ? 200 : 502, jsonBody: { runs } };
      }
      case "queued": {
        const { runs, location } = outcome;
        if (!areWell(runs)) await tellOfTrouble(log);
        return { status: 202, headers: { location }, jsonBody: { runs } };
      }
      case "invalid":
        throw new RequestProblem(400, outcome.detail);
      case "unknown_team":
        throw new RequestProblem(404, outcome.detail);
      case "already_running":
        throw new RequestProblem(409, outcome.detail);
    }
  });

function areWell(runs: readonly Run[]): boolean {
  return runs.every((run) => run.status === "ok");
}
