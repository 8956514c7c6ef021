import type { HttpHandler } from "@azure/functions";
import { answering } from "./answers.ts";
import { absence } from "./capabilities.ts";

/** Asks the mediator to send its users again, and tells what came of it. */
export const handler: HttpHandler = (_request, context) =>
  answering(context, async () => {
    const service = await absence.service();
    const { isPending, ...report } = await service.synchronize();
    if (isPending) return { status: 202, headers: { location: "/api/monitor" }, jsonBody: report };
    return { status: report.synchronized ? 200 : 502, jsonBody: report };
  });
