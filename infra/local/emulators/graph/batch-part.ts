import type { EmulatorAnswer } from "../emulator.ts";
import { actsFirst, type Fault } from "../faults.ts";
import type { GraphRequest } from "./call.ts";
import type { Service } from "./service.ts";
import { answerRequest } from "./service.ts";

/**
 * Answers one part of a batch as if it had come alone, with latency and faults of its own.
 * @param place  in the batch, from 1
 */
export async function answerPart(
  service: Service,
  part: GraphRequest,
  place: number,
  latency: () => Promise<void>,
): Promise<EmulatorAnswer> {
  service.counts.parts += 1;
  const answer = throttled(service, place) ?? (await answerWithFaults(service, part, latency));
  service.parts.push({ method: part.method, path: part.path, status: answer.status });
  return answer;
}

/** "Requests in a batch are evaluated individually against the applicable throttling limits": https://learn.microsoft.com/graph/throttling */
function throttled(
  { settings: { throttledParts }, throttle }: Service,
  place: number,
): EmulatorAnswer | undefined {
  if (throttledParts === undefined || place % throttledParts.every !== 0) return undefined;
  throttle.refused += 1;
  return {
    status: 429,
    headers: { "retry-after": String(throttledParts.retryAfterSeconds) },
    body: { error: { code: "ApplicationThrottled", message: "Application is over its request limit." } },
  };
}

async function answerWithFaults(
  service: Service,
  part: GraphRequest,
  latency: () => Promise<void>,
): Promise<EmulatorAnswer> {
  const query = part.query.size > 0 ? `?${part.query.toString()}` : "";
  const fault = service.faults().next({ method: part.method, target: part.path + query });
  if (!fault) return answerRequest(service, part, latency);
  if (actsFirst(fault)) await answerRequest(service, part, latency);
  return faultAnswer(fault);
}

/** A part has no connection that could break or fall silent: the batch waits in vain, and says so. */
function faultAnswer({ kind, status, headers = {}, body }: Fault): EmulatorAnswer {
  const error = { error: { code: "UnknownError", message: "The service did not answer." } };
  if (kind !== "status" && kind !== "status-after") return { status: 504, body: error };
  return { status: status ?? 503, headers, body: body ?? error };
}
