import assert from "node:assert/strict";
import { after } from "node:test";
import { setImmediate } from "node:timers/promises";
import { issueToken, readToken } from "../../../infra/local/emulators/access-token.ts";
import type { TokenClaims } from "../../../infra/local/emulators/access-token.ts";
import { startGraph } from "../../../infra/local/emulators/graph/graph.ts";
import type { Graph, GraphOptions } from "../../../infra/local/emulators/graph/graph.ts";
import type { AccountSeed, EventSeed } from "../../../infra/local/emulators/graph/seed.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../../infra/local/tls.ts";

export const COACH = "coach@mantabots.example";
export const CALENDAR = "Team Calendar";
export const NOW = "2026-11-03T12:00:00Z";
const KEY = "the key of these tests";
const HOUR = 60 * 60 * 1000;
const SCOPES = ["User.Read", "Calendars.ReadWrite", "Contacts.Read", "Mail.Send", "Mail.Read"];

export type Resource = Record<string, unknown>;

export interface Ask {
  method?: string;
  token?: string;
  headers?: Record<string, string>;
  /** Text is sent as it is, anything else as JSON. */
  body?: unknown;
}

export interface Told {
  status: number;
  headers: Headers;
  body: Resource;
}

export interface GraphWorld {
  graph: Graph;
  /** Moves the emulator's clock on. */
  pass: (milliseconds: number) => void;
  /** A coach's token for everything the tests do, except for what is given. */
  token: (claims?: Partial<TokenClaims>) => string;
  /** @param path  below /v1.0, or the whole of a link */
  ask: (path: string, ask?: Ask) => Promise<Told>;
}

const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);

/** A Graph emulator with one account, whose clock stands still. Closed after the tests of the file. */
export async function graphWorld(
  account: Partial<AccountSeed> = {},
  options: Partial<GraphOptions> = {},
): Promise<GraphWorld> {
  let now = Date.parse(NOW);
  const graph = await startGraph({
    certificate,
    clock: { now: () => new Date(now) },
    readToken: (token) => readToken(token, KEY),
    seed: {
      accounts: [
        { account: COACH, displayName: "Camille Martin", calendars: [{ name: CALENDAR }], ...account },
      ],
    },
    ...options,
  });
  after(() => graph.close());

  const token = (claims: Partial<TokenClaims> = {}): string => {
    const expiresAt = new Date(now + HOUR);
    const usual = {
      audience: graph.url,
      scopes: SCOPES,
      roles: [],
      account: COACH,
      tenant: "t",
      clientId: "app",
    };
    return issueToken({ ...usual, expiresAt, ...claims }, KEY);
  };
  const ask = async (path: string, { method, headers = {}, body, ...rest }: Ask = {}): Promise<Told> => {
    const isText = typeof body === "string";
    const response = await fetch(path.startsWith("https:") ? path : `${graph.url}/v1.0${path}`, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        authorization: `Bearer ${rest.token ?? token()}`,
        ...(body === undefined ? {} : { "content-type": isText ? "text/plain" : "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === "" ? {} : JSON.parse(text)) as Resource,
    };
  };
  return { graph, token, ask, pass: (milliseconds) => void (now += milliseconds) };
}

/**
 * Sends what then stays under way until the emulator is closed.
 * @param count  how many requests of the coach are then under way
 */
export async function keepUnderWay(
  { graph }: GraphWorld,
  count: number,
  send: () => Promise<unknown>[],
): Promise<void> {
  graph.faults.latencyMs = HOUR;
  // Closing the emulator breaks these off.
  for (const sent of send()) sent.catch(() => undefined);
  while (graph.stats.maxInFlight.get(COACH) !== count) await setImmediate();
  graph.faults.latencyMs = 0;
}

/** An event of an hour in UTC, unless told otherwise. */
export function anEvent(start: string, seed: Partial<EventSeed> = {}): EventSeed {
  const end = new Date(Date.parse(`${start}Z`) + HOUR).toISOString().slice(0, 19);
  return { subject: "Team Session", start, end, timeZone: "UTC", ...seed };
}

/** The items of a collection that was answered with 200. */
export function valuesOf({ status, body }: Told): Resource[] {
  assert.equal(status, 200, JSON.stringify(body));
  return body["value"] as Resource[];
}

export function subjectsOf(told: Told): unknown[] {
  return valuesOf(told).map(({ subject }) => subject);
}

/** "status code", as in "404 ErrorItemNotFound". */
export function refusalOf({ status, body }: Told): string {
  return `${status} ${String((body["error"] as Resource | undefined)?.["code"])}`;
}

export function messageOf({ body }: Told): unknown {
  return (body["error"] as Resource | undefined)?.["message"];
}

/** Every item of a collection, page after page. */
export async function allPages(
  world: GraphWorld,
  path: string,
): Promise<{ pages: number; items: Resource[] }> {
  const items: Resource[] = [];
  let pages = 0;
  for (let link: unknown = path; typeof link === "string"; pages += 1) {
    const told = await world.ask(link);
    items.push(...valuesOf(told));
    link = told.body["@odata.nextLink"];
  }
  return { pages, items };
}
