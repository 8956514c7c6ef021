import type { HttpHandler } from "@azure/functions";
import { systemClock } from "../shared/clock.ts";
import { examine } from "../shared/health.ts";
import { answering } from "./answers.ts";
import { EXAMINATIONS } from "./health-examinations.ts";

/** What is configured, and what is wrong with it. */
export const handler: HttpHandler = (_request, context) =>
  answering(context, async () => ({
    status: 200,
    jsonBody: await examine(EXAMINATIONS, { clock: systemClock }),
  }));
