import { after } from "node:test";
import pLimit from "p-limit";
import { type Emulator, type EmulatorRequest, startEmulator } from "../../infra/local/emulators/emulator.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";
import type { WebexPace } from "../../shared/webex/pace.ts";
import { openWebexRoad, type WebexRoad } from "../../shared/webex/webex-road.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";

const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
const servers: Emulator[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

export interface ScriptedAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Ride {
  road: WebexRoad;
  server: Emulator;
  /** What WEBEX_URL would be. */
  url: string;
  clock: FakeClock;
  counts: { requests: number; throttled: number; tokens: string[] };
  /** From then on nobody is there. */
  shut(): Promise<void>;
}

export interface RideOptions {
  signal?: AbortSignal;
  pace?: WebexPace;
  clock?: FakeClock;
  atOnce?: number;
  /** What gives tokens; "first" and, renewed, "second" unless given. */
  token?: (options: { renew: boolean }) => Promise<string>;
}

/** A road to a scripted Webex; its clock makes nobody wait but for a deadline. */
export async function ride(
  answer: (request: EmulatorRequest) => ScriptedAnswer | Promise<ScriptedAnswer>,
  options: RideOptions = {},
): Promise<Ride> {
  const server = await startEmulator("webex", { certificate }, answer);
  servers.push(server);
  const counts: Ride["counts"] = { requests: 0, throttled: 0, tokens: [] };
  const clock = options.clock ?? fakeClock("2026-11-03T04:30:00Z", { auto: 59_000 });
  const url = `${server.url}/v1`;
  const road = openWebexRoad({
    url,
    token: async ({ renew }) => {
      counts.tokens.push(renew ? "renewed" : "kept");
      return (await options.token?.({ renew })) ?? (renew ? "second" : "first");
    },
    limit: pLimit(options.atOnce ?? 8),
    ...(options.pace ? { pace: options.pace } : {}),
    clock,
    signal: options.signal ?? new AbortController().signal,
    onRequest: () => (counts.requests += 1),
    onThrottled: () => (counts.throttled += 1),
  });
  const shut = async (): Promise<void> => {
    servers.splice(servers.indexOf(server), 1);
    await server.close();
  };
  return { road, server, url, clock, counts, shut };
}

/** What the work fails with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("It should have failed.");
}
