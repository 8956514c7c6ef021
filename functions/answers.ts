import type { HttpRequest, HttpResponseInit } from "@azure/functions";

/** A request that cannot be answered as asked: becomes an RFC 9457 problem with this status and detail. */
export class RequestProblem extends Error {
  override readonly name = "RequestProblem";
  readonly status: number;
  readonly title: string;
  constructor(status: number, title: string, detail: string) {
    super(detail);
    this.status = status;
    this.title = title;
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
    throw new RequestProblem(
      400,
      "Bad request",
      "The body is not valid JSON. Send a JSON object, or no body at all.",
    );
  }
}

/** Answers with what the handler gives; a RequestProblem becomes `application/problem+json`. */
export async function answering(handle: () => Promise<HttpResponseInit>): Promise<HttpResponseInit> {
  try {
    return await handle();
  } catch (error) {
    if (!(error instanceof RequestProblem)) throw error;
    return {
      status: error.status,
      headers: { "content-type": "application/problem+json" },
      body: JSON.stringify({
        type: "about:blank",
        title: error.title,
        status: error.status,
        detail: error.message,
      }),
    };
  }
}
