import { app, type HttpHandler } from "@azure/functions";

/** Tells a load balancer that the app is up; says nothing of what it holds. */
const health: HttpHandler = () => ({ status: 200, jsonBody: { status: "ok" } });

app.http("health", { route: "health", methods: ["GET"], authLevel: "anonymous", handler: health });
