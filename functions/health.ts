import type { HttpHandler } from "@azure/functions";

/** Tells a load balancer that the app is up; says nothing of what it holds. */
export const handler: HttpHandler = () => ({ status: 200, jsonBody: { status: "ok" } });
