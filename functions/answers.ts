import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { ConfigSourceError } from "../shared/config/config-folder.ts";
import { SettingsError } from "../shared/config/settings.ts";
import { problem, PROBLEM_CONTENT_TYPE } from "../shared/http/problem.ts";
import { describeError } from "../shared/redact.ts";
import { SecretStoreError } from "../shared/secrets/secret-store.ts";
import { loggerOf } from "./logger.ts";
import { RequestProblem } from "./request-problem.ts";

/** Far more than any request of ours needs. */
const LARGEST_BODY = 1024 * 1024;

/**
 * The JSON of a request's body; an empty body is an empty object.
 * @throws {RequestProblem} 400 when it is not JSON, 413 when it is far too large
 */
export async function jsonOf(request: HttpRequest): Promise<unknown> {
  const text = await request.text();
  if (text.length > LARGEST_BODY) throw new RequestProblem(413, "The body is larger than 1 MiB.");
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RequestProblem(400, "The body is not valid JSON. Send a JSON object, or no body at all.");
  }
}

/** What is asked for in a request's URL; a name without a value asks for nothing. */
export function queryOf(request: HttpRequest): Record<string, string> {
  return Object.fromEntries([...request.query].filter(([, value]) => value !== ""));
}

/**
 * Answers with what the handler gives. What it throws becomes `application/problem+json`: a RequestProblem as it says, a
 * mistake in the settings, or a configuration, secrets or storage that cannot be read as 503, anything else as a 500 that
 * tells the caller nothing and the log all.
 * @param tell  answers a problem in another form
 */
export async function answering(
  context: InvocationContext,
  handle: () => Promise<HttpResponseInit>,
  tell: (status: number, detail: string) => HttpResponseInit = problemAnswer,
): Promise<HttpResponseInit> {
  try {
    return guarded(await handle());
  } catch (error) {
    if (error instanceof RequestProblem) return tell(error.status, error.message);
    loggerOf(context).error(describeError(error));
    if (error instanceof Error && error.name === "RestError") {
      return tell(
        503,
        "The storage account (AzureWebJobsStorage) cannot be used at the moment; try again later.",
      );
    }
    if (error instanceof SecretStoreError) {
      return tell(
        503,
        "The secret store cannot be used at the moment; GET /api/health/detail says what is wrong.",
      );
    }
    if (error instanceof SettingsError || error instanceof ConfigSourceError) return tell(503, error.message);
    return tell(500, `Something unexpected happened; the log has it under ${context.invocationId}.`);
  }
}

/**
 * A problem as programs take it.
 * @param members  more that it says
 */
export function problemAnswer(
  status: number,
  detail: string,
  members: Record<string, unknown> = {},
): HttpResponseInit {
  return guarded({
    status,
    headers: { "content-type": PROBLEM_CONTENT_TYPE },
    body: JSON.stringify(problem(status, detail, members)),
  });
}

/** Answers name people, and links that open something: nobody keeps them on the way, or takes them for another type. */
function guarded(answer: HttpResponseInit): HttpResponseInit {
  const headers = new Headers(answer.headers);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  headers.set("x-content-type-options", "nosniff");
  return { ...answer, headers: Object.fromEntries(headers) };
}
