import type { Client, GraphRequest } from "@microsoft/microsoft-graph-client";
import type { LimitFunction } from "p-limit";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { GraphAnswerError, GraphServiceError, refusalDetails } from "./graph-error.ts";
import {
  Authorize,
  KeepPace,
  Queue,
  Repeat,
  RequestNotes,
  Send,
  type SendOptions,
  type TokenSource,
} from "./middleware.ts";
import { mailboxPace, type Pace } from "./pace.ts";
import { Patience } from "./patience.ts";

export interface GraphRoadOptions {
  /** Base URL of the cloud, without version: `https://graph.microsoft.com`. */
  graphUrl: string;
  /** The access token of the account whose mailbox this is, or of the app itself. */
  token: TokenSource;
  /** Shared by all who use this mailbox in this process. */
  limit: LimitFunction;
  /** Shared by the same; a pace of its own unless given. */
  pace?: Pace;
  /** How often one request is sent at the most; 5 times unless given. */
  attempts?: number;
  /** The longest `Retry-After` that is waited for, milliseconds; a minute unless given. */
  longestWaitMs?: number;
  clock: Clock;
  /** The deadline of the whole pass. */
  signal: AbortSignal;
  onRequest: () => void;
  /** Told whenever Graph, or its last complaint, slowed something down. */
  onThrottled: () => void;
}

/** One road to Microsoft Graph for one account: paged, throttled, repeated only where that is harmless, never redirected. */
export interface GraphRoad {
  /** @throws {GraphServiceError | GraphUnreachableError | GraphAnswerError} */
  get<T>(path: string, answer: z.ZodType<T>, options?: ReadOptions): Promise<T>;
  /** A collection page by page, so that a large one needs no more memory than what is kept of it. */
  pages<T>(path: string, item: z.ZodType<T>, options?: ReadOptions): AsyncGenerator<T[], void, undefined>;
  /** Every item of a collection, through all its pages. */
  list<T>(path: string, item: z.ZodType<T>, options?: ReadOptions): Promise<T[]>;
  write(method: "POST" | "PATCH", path: string, body: unknown, options: SendOptions): Promise<unknown>;
  /** For those who ask again by themselves, such as for single parts of a batch. */
  readonly patience: Patience;
}

export interface ReadOptions {
  query?: Record<string, string>;
}

const REQUEST_TIMEOUT_MS = 30_000;
const ATTEMPTS = 5;
const LONGEST_WAIT_MS = 60_000;

const Page = z.object({ value: z.array(z.unknown()), "@odata.nextLink": z.string().optional() });
/** Opens the road; nothing is sent yet. */
export async function openGraphRoad(options: GraphRoadOptions): Promise<GraphRoad> {
  const { Client, ResponseType } = await import("@microsoft/microsoft-graph-client");
  const { clock, signal, onRequest, onThrottled, pace = mailboxPace({ clock }) } = options;
  const patience = new Patience({
    clock,
    signal,
    pace,
    attempts: options.attempts ?? ATTEMPTS,
    longestWaitMs: options.longestWaitMs ?? LONGEST_WAIT_MS,
    random: Math.random,
    onThrottled,
  });
  const client: Client = Client.initWithMiddleware({
    baseUrl: options.graphUrl,
    middleware: [
      new Repeat(patience),
      new Queue(options.limit),
      // Behind the queue: a token must not grow old there.
      new Authorize(options.token),
      // Behind the queue: what waited there for its place must heed what was answered meanwhile.
      new KeepPace(patience),
      new Send({ clock, signal, timeoutMs: REQUEST_TIMEOUT_MS, onRequest }),
    ],
  });

  async function send(
    name: string,
    request: GraphRequest,
    sendOptions: SendOptions,
    go: (prepared: GraphRequest) => Promise<unknown>,
  ): Promise<unknown> {
    const notes = new RequestNotes(sendOptions);
    try {
      const response = await go(request.responseType(ResponseType.RAW).middlewareOptions([notes]));
      return await bodyOf(response as Response, name, patience);
    } catch (error) {
      throw notes.failure ?? error;
    }
  }

  async function get<T>(path: string, answer: z.ZodType<T>, read: ReadOptions = {}): Promise<T> {
    // Spaces as %20 and a bare `$`, as Microsoft's own pages write them; URLSearchParams would write + and %24.
    const query = Object.entries(read.query ?? {}).map(
      ([key, value]) => `${key}=${encodeURIComponent(value)}`,
    );
    const request = client.api(query.length > 0 ? `${path}?${query.join("&")}` : path);
    const name = `GET ${withoutQuery(path)}`;
    const body = await send(name, request, { harmless: true }, (prepared) => prepared.get());
    return parseAnswer(name, answer, body);
  }

  async function* pages<T>(
    path: string,
    item: z.ZodType<T>,
    read: ReadOptions = {},
  ): AsyncGenerator<T[], void, undefined> {
    let page = await get(path, Page, read);
    for (;;) {
      yield parseAnswer(`GET ${path}`, z.array(item), page.value);
      if (!page["@odata.nextLink"]) return;
      page = await get(sameHost(page["@odata.nextLink"], options.graphUrl), Page);
    }
  }

  return {
    patience,
    get,
    pages,
    async list<T>(path: string, item: z.ZodType<T>, read: ReadOptions = {}): Promise<T[]> {
      const items = [];
      for await (const page of pages(path, item, read)) items.push(...page);
      return items;
    },
    write: (method, path, body, writeOptions) =>
      send(`${method} ${path}`, client.api(path), writeOptions, (prepared) =>
        method === "POST" ? prepared.post(body) : prepared.patch(body),
      ),
  };
}

async function bodyOf(response: Response, name: string, patience: Patience): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) {
    const headers = new Map(response.headers);
    const details = refusalDetails(jsonOrUndefined(text), headers);
    const retryAfterMs = patience.retryAfterMs({ headers });
    throw new GraphServiceError(name, response.status, { ...details, retryAfterMs });
  }
  if (text === "") return undefined;
  const body = jsonOrUndefined(text);
  if (body === undefined)
    throw new GraphAnswerError(`Microsoft Graph answered ${name} with something that is not JSON.`);
  return body;
}

function parseAnswer<T>(name: string, answer: z.ZodType<T>, body: unknown): T {
  const parsed = answer.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new GraphAnswerError(
    `Microsoft Graph answered ${name} in an unknown form: ${mistakesOf(parsed.error)}`,
  );
}

/** On one line, and not all of them: a wrong form is mostly wrong in each of many items. */
function mistakesOf({ issues }: z.ZodError): string {
  const told = issues.slice(0, MISTAKES_TOLD).map(({ path, message }) => `${path.join(".")}: ${message}`);
  const rest = issues.length - told.length;
  return [...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
}

const MISTAKES_TOLD = 3;

/** A link to the next page is followed on the host we asked only: a token must never travel to another. */
function sameHost(link: string, graphUrl: string): string {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url?.origin === new URL(graphUrl).origin) return link;
  throw new GraphAnswerError(
    `Microsoft Graph pointed to a next page on another host (${url?.host ?? "no valid address"}); it was not followed.`,
  );
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function withoutQuery(path: string): string {
  return URL.canParse(path) ? new URL(path).pathname : path.replace(/\?.*$/u, "");
}
