import type { EmulatorAnswer, EmulatorRequest, ExchangeRecord } from "./exchange.ts";
import type { FaultRule, Faults } from "./faults.ts";

interface Settings {
  latencyMs?: number;
  faults?: FaultRule[];
}

/**
 * The route /_control of every emulator. POST `{latencyMs, faults: [...]}` sets the latency and adds faults,
 * GET shows what is set and the requests seen, DELETE takes all faults away.
 */
export function answerControl(
  request: EmulatorRequest,
  faults: Faults,
  exchanges: readonly ExchangeRecord[],
): EmulatorAnswer {
  if (request.method === "DELETE") faults.clear();
  if (request.method === "POST") {
    try {
      apply(request.json() as Settings, faults);
    } catch (error) {
      return { status: 400, body: { error: String(error) } };
    }
  }
  return {
    status: 200,
    body: { latencyMs: faults.latencyMs, faults: faults.pending(), requests: countsOf(exchanges) },
  };
}

/** A service's own controls over HTTP: POST /_control/<name> with the arguments as a JSON list. */
export async function answerNamedControl(
  controls: object,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  const name = request.path.slice("/_control/".length);
  if (!Object.hasOwn(controls, name)) {
    return { status: 404, body: { error: `The controls are ${Object.keys(controls).join(", ")}.` } };
  }
  const control = (controls as Record<string, unknown>)[name] as (...given: unknown[]) => unknown;
  try {
    const result = await control(...(request.json() as unknown[]));
    return result === undefined ? { status: 204 } : { status: 200, body: { result } };
  } catch (error) {
    return { status: 400, body: { error: String(error) } };
  }
}

function apply({ latencyMs, faults: rules = [] }: Settings, faults: Faults): void {
  if (latencyMs !== undefined) faults.latencyMs = latencyMs;
  for (const rule of rules) faults.add(rule);
}

function countsOf(exchanges: readonly ExchangeRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, path } of exchanges) {
    const key = `${method} ${path.split("/").map(templated).join("/")}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Ids are long, or carry a digit or an address; versions such as v1.0 are neither. */
function templated(segment: string): string {
  if (/^v\d+\.\d+$/.test(segment)) return segment;
  return segment.length > 30 || /\d|@|%40/.test(segment) ? "{id}" : segment;
}
