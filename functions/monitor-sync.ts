import type { HttpHandler } from "@azure/functions";
import { answering, problemAnswer } from "./answers.ts";
import { absence } from "./capabilities.ts";

/** Asks the mediator to send its users again, and tells what came of it. */
export const handler: HttpHandler = (_request, context) =>
  answering(context, async () => {
    const service = await absence.service();
    const { isPending, ...report } = await service.synchronize();
    if (isPending) return { status: 202, headers: { location: "/api/monitor" }, jsonBody: report };
    if (!report.synchronized) return problemAnswer(502, report.detail, report);
    return { status: 200, jsonBody: report };
  });
