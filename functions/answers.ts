import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { SettingsError } from "../shared/config/settings.ts";
import { problem, PROBLEM_CONTENT_TYPE } from "../shared/http/problem.ts";

/** A request that cannot be answered as asked: becomes an RFC 9457 problem with this status and detail. */
export class RequestProblem extends Error {
  override readonly name = "RequestProblem";
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/**
 * The JSON of a request's body; an empty body is an empty object.
 * @throws {RequestProblem} 400 when it is not JSON
 */
export async function jsonOf(request: HttpRequest): Promise<unknown> {
  const text = await request.text();
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RequestProblem(400, "The body is not valid JSON. Send a JSON object, or no body at all.");
  }
}

/**
 * Answers with what the handler gives. What it throws becomes `application/problem+json`: a RequestProblem as it says, a
 * mistake in the settings as 503, anything else as a 500 that tells the caller nothing and the log all.
 */
export async function answering(
  context: InvocationContext,
  handle: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof RequestProblem) return problemAnswer(error.status, error.message);
    context.error(error);
    if (error instanceof SettingsError) return problemAnswer(503, error.message);
    return problemAnswer(500, `Something unexpected happened; the log has it under ${context.invocationId}.`);
  }
}

function problemAnswer(status: number, detail: string): HttpResponseInit {
  return {
    status,
    headers: { "content-type": PROBLEM_CONTENT_TYPE },
    body: JSON.stringify(problem(status, detail)),
  };
}
