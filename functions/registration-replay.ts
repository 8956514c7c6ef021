import type { HttpHandler } from "@azure/functions";
import { answering, jsonOf } from "./answers.ts";
import { registration } from "./capabilities.ts";
import { RequestProblem } from "./request-problem.ts";

/** Puts what was put aside for a team back into the queue. */
export const handler: HttpHandler = (request, context) =>
  answering(context, async () => {
    const service = await registration.service();
    const outcome = await service.replay(await jsonOf(request));
    switch (outcome.kind) {
      case "replayed":
        return { status: 200, jsonBody: { replayed: outcome.replayed } };
      case "invalid":
        throw new RequestProblem(400, outcome.detail);
      case "nothing_there":
        throw new RequestProblem(404, outcome.detail);
    }
  });
