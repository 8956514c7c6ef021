import type { HttpHandler } from "@azure/functions";
import { answering } from "./answers.ts";
import { absence } from "./capabilities.ts";
import { monitorAnswers } from "./monitor-answers.ts";
import { RequestProblem } from "./request-problem.ts";

/** The same for a mediator that can be given a base URL, and no key: the secret `mediator-token` is in the path. */
export const handler: HttpHandler = (request, context) =>
  answering(context, async () => {
    const service = await absence.service();
    // Before anything else is looked at: whoever has not the token learns nothing from how long it takes.
    if (!(await service.isMediatorToken(request.params["token"] ?? ""))) {
      throw new RequestProblem(
        401,
        "The token in this address is not right. The mediator's mail interface is the address of this app with /api/hooks/ and the secret mediator-token behind it.",
      );
    }
    return monitorAnswers(request, service, context);
  });
