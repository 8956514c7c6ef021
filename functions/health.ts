import { app, type HttpHandler } from "@azure/functions";
import { answering } from "./answers.ts";

/** Tells a load balancer that the app is up; says nothing of what it holds. */
const health: HttpHandler = () => ({ status: 200, jsonBody: { status: "ok" } });

app.http("health", { route: "health", methods: ["GET"], authLevel: "anonymous", handler: health });

/** What is configured, and what is wrong with it. */
const healthDetail: HttpHandler = (_request, context) =>
  answering(context, async () => {
    const [{ examine }, { EXAMINATIONS }, { systemClock }] = await Promise.all([
      import("../shared/health.ts"),
      import("./health-examinations.ts"),
      import("../shared/clock.ts"),
    ]);
    return { status: 200, jsonBody: await examine(EXAMINATIONS, { clock: systemClock }) };
  });

app.http("health-detail", {
  route: "health/detail",
  methods: ["GET"],
  authLevel: "function",
  handler: healthDetail,
});
