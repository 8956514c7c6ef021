import { app, type HttpHandler } from "@azure/functions";
import { answering, jsonOf, RequestProblem } from "./answers.ts";
import { tellOfTrouble } from "./connections-capability.ts";
import { loggerOf } from "./logger.ts";
import { registration } from "./registration-capability.ts";

/** Forces a run of every team, or of one. */
const registrationRun: HttpHandler = (request, context) =>
  answering(context, async () => {
    const service = await registration.service();
    const log = loggerOf(context);
    const outcome = await service.runNow(await jsonOf(request), log);
    switch (outcome.kind) {
      case "ran": {
        const isWell = outcome.runs.every((run) => run.status === "ok");
        if (!isWell) await tellOfTrouble(log);
        return { status: isWell ? 200 : 502, jsonBody: { runs: outcome.runs } };
      }
      case "invalid":
        throw new RequestProblem(400, outcome.detail);
      case "unknown_team":
        throw new RequestProblem(404, outcome.detail);
      case "already_running":
        throw new RequestProblem(409, outcome.detail);
    }
  });

app.http("registration-run", {
  route: "registrations/run",
  methods: ["POST"],
  authLevel: "function",
  handler: registrationRun,
});
