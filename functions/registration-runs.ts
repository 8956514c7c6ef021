import { app, type HttpHandler } from "@azure/functions";
import { answering, RequestProblem } from "./answers.ts";
import { registration } from "./registration-capability.ts";

/** Past runs, newest first. */
const registrationRuns: HttpHandler = (request, context) =>
  answering(context, async () => {
    const service = await registration.service();
    const outcome = await service.history(Object.fromEntries(request.query));
    if (outcome.kind === "invalid") throw new RequestProblem(400, outcome.detail);
    return { status: 200, jsonBody: { runs: outcome.runs } };
  });

app.http("registration-runs", {
  route: "registrations/runs",
  methods: ["GET"],
  authLevel: "function",
  handler: registrationRuns,
});
