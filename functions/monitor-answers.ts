import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { monitorAnswer, refusalAnswer } from "../shared/absence/monitor-answer.ts";
import { parseMonitorRequest } from "../shared/absence/monitor-request.ts";
import type { AbsenceService } from "../shared/absence/wire.ts";
import { describeError } from "../shared/redact.ts";
import { loggerOf } from "./logger.ts";
import { RequestProblem } from "./request-problem.ts";

/**
 * Starts or stops watching a user, and answers as the program whose place this takes.
 * @throws {RequestProblem} 503 when the directory or the storage account cannot be asked
 */
export async function monitorAnswers(
  request: HttpRequest,
  service: AbsenceService,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  const parsed = parseMonitorRequest(request.headers.get("content-type"), await request.text());
  if ("refusal" in parsed) return refusalAnswer(parsed.refusal);
  try {
    const outcome = await service.monitor(parsed.request);
    return monitorAnswer(parsed.request, outcome, request.headers.get("accept"));
  } catch (error) {
    loggerOf(context).error(describeError(error));
    throw new RequestProblem(
      503,
      "The directory or the storage account could not be asked, so this may not be done. Try again; GET /api/health/detail says what is wrong.",
    );
  }
}
