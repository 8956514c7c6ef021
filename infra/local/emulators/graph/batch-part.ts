import type { EmulatorAnswer, Exchange } from "../emulator.ts";
import type { Fault } from "../faults.ts";
import type { GraphRequest } from "./call.ts";
import type { Service } from "./service.ts";
import { answerRequest } from "./service.ts";

/**
 * Answers one part of a batch as if it had come alone: with latency and faults of its own, and told to whoever watches.
 */
export async function answerPart(
  service: Service,
  part: GraphRequest,
  latency: () => Promise<void>,
): Promise<EmulatorAnswer> {
  service.counts.parts += 1;
  const query = part.query.size > 0 ? `?${part.query.toString()}` : "";
  const fault = service.faults().next({ method: part.method, target: part.path + query });
  if (fault) return answerFault(fault, () => answerRequest(service, part, latency));
  const answer = await answerRequest(service, part, latency);
  service.onExchange?.(exchangeOf(part, answer));
  return answer;
}

/** A part has no connection that could break or fall silent: the batch waits in vain, and says so. */
async function answerFault(fault: Fault, act: () => Promise<EmulatorAnswer>): Promise<EmulatorAnswer> {
  if (fault.kind === "status") {
    return { status: fault.status ?? 503, headers: fault.headers ?? {}, body: fault.body };
  }
  if (fault.kind === "reset-after") await act();
  return {
    status: 504,
    body: { error: { code: "UnknownError", message: "The service did not answer in time." } },
  };
}

function exchangeOf(part: GraphRequest, answer: EmulatorAnswer): Exchange {
  return {
    service: "graph",
    method: part.method,
    path: part.path,
    query: part.query,
    requestHeaders: part.headers,
    requestBody: bodyOf(part),
    status: answer.status,
    responseHeaders: answer.headers ?? {},
    responseBody: answer.body,
  };
}

function bodyOf({ headers, text }: GraphRequest): unknown {
  if (text === "") return undefined;
  return headers["content-type"]?.includes("json") ? (JSON.parse(text) as unknown) : text;
}
