import type { Client, GraphRequest } from "@microsoft/microsoft-graph-client";
import type { LimitFunction } from "p-limit";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { listOf, pagesOf, parseAnswer, sameHost } from "../http/service-answer.ts";
import { jsonOrUndefined } from "../json-or-undefined.ts";
import { GRAPH, GraphAnswerError, GraphServiceError, refusalDetails } from "./graph-error.ts";
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
  onRequest?: () => void;
  /** Told whenever Graph, or its last complaint, slowed something down. */
  onThrottled?: () => void;
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
  const { clock, signal, pace = mailboxPace({ clock }) } = options;
  const { onRequest = () => undefined, onThrottled = () => undefined } = options;
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
    const request = client.api(withQuery(path, read.query));
    const name = `GET ${withoutQuery(path)}`;
    const body = await send(name, request, { harmless: true }, (prepared) => prepared.get());
    return parseAnswer(GRAPH, name, answer, body);
  }

  function pages<T>(
    path: string,
    item: z.ZodType<T>,
    read: ReadOptions = {},
  ): AsyncGenerator<T[], void, undefined> {
    const name = `GET ${withoutQuery(path)}`;
    const first = withQuery(path, read.query);
    return pagesOf(GRAPH, name, first, async (url) => {
      const { value, "@odata.nextLink": link } = await get(url, Page);
      return {
        items: parseAnswer(GRAPH, name, z.array(item), value),
        next: link ? sameHost(GRAPH, name, link, options.graphUrl) : undefined,
      };
    });
  }

  return {
    patience,
    get,
    pages,
    list: (path, item, read) => listOf(pages(path, item, read)),
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

/** Spaces as %20 and a bare `$`, as Microsoft's own pages write them; URLSearchParams would write + and %24. */
function withQuery(path: string, query: Record<string, string> = {}): string {
  const search = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return search.length > 0 ? `${path}?${search.join("&")}` : path;
}

function withoutQuery(path: string): string {
  return URL.canParse(path) ? new URL(path).pathname : path.replace(/\?.*$/u, "");
}
