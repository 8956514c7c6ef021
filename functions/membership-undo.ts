import type { HttpHandler } from "@azure/functions";
import { answering, jsonOf } from "./answers.ts";
import { membership } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";
import { runsAnswer } from "./membership-answers.ts";
import { RequestProblem } from "./request-problem.ts";

/** Takes back what a run changed. */
export const handler: HttpHandler = (request, context) =>
  answering(context, async () => {
    const service = await membership.service();
    const log = loggerOf(context);
    const outcome = await service.undo(await jsonOf(request), log);
    switch (outcome.kind) {
      case "ran":
        return runsAnswer(outcome.runs, undefined, log);
      case "queued":
        return runsAnswer(outcome.runs, outcome.location, log);
      case "invalid":
        throw new RequestProblem(400, outcome.detail);
      case "unknown_run":
        throw new RequestProblem(404, outcome.detail);
      case "undone_already":
      case "already_running":
        throw new RequestProblem(409, outcome.detail);
    }
  });
