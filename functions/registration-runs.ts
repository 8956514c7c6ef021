import type { HttpHandler } from "@azure/functions";
import { answering, queryOf } from "./answers.ts";
import { registration } from "./capabilities.ts";
import { RequestProblem } from "./request-problem.ts";

/** Past runs, newest first. */
export const handler: HttpHandler = (request, context) =>
  answering(context, async () => {
    const service = await registration.service();
    const outcome = await service.history(queryOf(request));
    if (outcome.kind === "invalid") throw new RequestProblem(400, outcome.detail);
    return { status: 200, jsonBody: { runs: outcome.runs } };
  });
