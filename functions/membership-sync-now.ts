import type { HttpHandler } from "@azure/functions";
import { answering, jsonOf, problemAnswer } from "./answers.ts";
import { membership } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";
import { runsAnswer } from "./membership-answers.ts";
import { RequestProblem } from "./request-problem.ts";

/** Forces a sync of every space, or of one. */
export const handler: HttpHandler = (request, context) =>
  answering(context, async () => {
    const service = await membership.service();
    const log = loggerOf(context);
    const outcome = await service.syncNow(await jsonOf(request), log);
    switch (outcome.kind) {
      case "ran":
        return runsAnswer(outcome.runs, undefined, log);
      case "queued":
        return runsAnswer(outcome.runs, outcome.location, log);
      case "invalid":
        throw new RequestProblem(400, outcome.detail);
      case "unknown_space":
        throw new RequestProblem(404, outcome.detail);
      case "not_held":
        return problemAnswer(409, outcome.detail, { runs: [] });
    }
  });
