import type { HttpHandler } from "@azure/functions";
import { answering } from "./answers.ts";
import { absence } from "./capabilities.ts";
import { monitorAnswers } from "./monitor-answers.ts";

/** Starts or stops watching a user. */
export const handler: HttpHandler = (request, context) =>
  answering(context, async () => monitorAnswers(request, await absence.service(), context));
