import type { LimitFunction } from "p-limit";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { nextLink } from "../http/link-header.ts";
import type { WebexPace } from "./pace.ts";
import { parseAnswer } from "./webex-answer.ts";
import { WebexAnswerError } from "./webex-error.ts";
import { nameOf, type Repeats, type WebexRequest, WebexSender } from "./webex-sender.ts";

export interface WebexRoadOptions {
  /** WEBEX_URL, with its version and without a slash at its end: `https://webexapis.com/v1`. */
  url: string;
  /** The access token of the account that asks. */
  token: (options: { renew: boolean }) => Promise<string>;
  /** Shared by all who use this account in this process. */
  limit: LimitFunction;
  /** Shared by the same; a pace of its own unless given. */
  pace?: WebexPace;
  clock: Clock;
  /** The deadline of the whole run. */
  signal: AbortSignal;
  onRequest: () => void;
  /** Told of each 429 and 423. */
  onThrottled: () => void;
}

/** One road to Webex for one account: paged, throttled, repeated only where that is harmless, never redirected. */
export interface WebexRoad {
  /** @throws {WebexServiceError | WebexUnreachableError | WebexAnswerError | WebexThrottledError} as do all of these */
  get<T>(path: string, answer: z.ZodType<T>, options?: ReadOptions): Promise<T>;
  /** A collection page by page, so that a large one needs no more memory than what is kept of it. */
  pages<T>(path: string, item: z.ZodType<T>, options?: ReadOptions): AsyncGenerator<T[], void, undefined>;
  /** Every item of a collection, through all its pages. */
  list<T>(path: string, item: z.ZodType<T>, options?: ReadOptions): Promise<T[]>;
  /** @returns the answer's body; undefined when it has none */
  write(method: WriteMethod, path: string, body: unknown, options: Repeats): Promise<unknown>;
}

type WriteMethod = "POST" | "PUT" | "DELETE";

export interface ReadOptions {
  query?: Record<string, string>;
}

/** Far more than any collection has: a chain of ever new links must end, too. */
const MOST_PAGES = 10_000;

const Page = z.object({ items: z.array(z.unknown()) });

/** Opens the road; nothing is sent yet. */
export function openWebexRoad(options: WebexRoadOptions): WebexRoad {
  const { url: base } = options;
  const sender = new WebexSender(options);

  async function read<T>(url: string, answer: z.ZodType<T>): Promise<{ body: T; next: string | undefined }> {
    const request: WebexRequest = { method: "GET", url };
    const { body, headers } = await sender.send(request, { harmless: true });
    const name = nameOf(request);
    return { body: parseAnswer(name, answer, body), next: nextPage(name, headers.get("link"), url, base) };
  }

  async function* pages<T>(
    path: string,
    item: z.ZodType<T>,
    { query }: ReadOptions = {},
  ): AsyncGenerator<T[], void, undefined> {
    const seen = new Set<string>();
    let url: string | undefined = urlOf(base, path, query);
    while (url !== undefined) {
      if (seen.has(url) || seen.size >= MOST_PAGES) {
        throw new WebexAnswerError(`Webex's links to the next page of GET ${path} lead round in a circle.`);
      }
      seen.add(url);
      const { body, next }: { body: { items: unknown[] }; next: string | undefined } = await read(url, Page);
      yield parseAnswer(`GET ${path}`, z.array(item), body.items);
      url = next;
    }
  }

  return {
    async get(path, answer, { query } = {}) {
      return (await read(urlOf(base, path, query), answer)).body;
    },
    pages,
    async list(path, item, read) {
      const items = [];
      for await (const page of pages(path, item, read)) items.push(...page);
      return items;
    },
    async write(method, path, body, repeats) {
      return (await sender.send({ method, url: urlOf(base, path), body }, repeats)).body;
    },
  };
}

function urlOf(base: string, path: string, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `${base}${path}${search ? `?${search}` : ""}`;
}

/** A link to the next page is followed on the host we asked only: a token must never travel to another. */
function nextPage(name: string, header: string | null, from: string, base: string): string | undefined {
  const link = linkIn(name, header);
  if (link === undefined) return undefined;
  const url = URL.canParse(link, from) ? new URL(link, from) : undefined;
  if (url?.origin === new URL(base).origin) return url.href;
  throw new WebexAnswerError(
    `Webex pointed from ${name} to a next page on another host (${url?.host ?? "no valid address"}); it was not followed.`,
  );
}

/** A link that cannot be read is an error: the pages behind it would be taken for not being there. */
function linkIn(name: string, header: string | null): string | undefined {
  try {
    return nextLink(header);
  } catch (error) {
    throw new WebexAnswerError(`Webex answered ${name} with a link to the next page that cannot be read.`, {
      cause: error,
    });
  }
}
