import * as z from "zod";
import { nextLink } from "../http/link-header.ts";
import { listOf, pagesOf, parseAnswer, sameHost } from "../http/service-answer.ts";
import { WEBEX, WebexAnswerError } from "./webex-error.ts";
import { nameOf, type Repeats, type SenderOptions, type WebexRequest, WebexSender } from "./webex-sender.ts";

export interface WebexRoadOptions extends SenderOptions {
  /** WEBEX_URL, with its version and without a slash at its end: `https://webexapis.com/v1`. */
  url: string;
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

type WriteMethod = "POST" | "DELETE";

export interface ReadOptions {
  query?: Record<string, string>;
}

const Page = z.object({ items: z.array(z.unknown()) });

/** Opens the road; nothing is sent yet. */
export function openWebexRoad(options: WebexRoadOptions): WebexRoad {
  const { url: base } = options;
  const sender = new WebexSender(options);

  async function read<T>(url: string, answer: z.ZodType<T>): Promise<{ body: T; headers: Headers }> {
    const request: WebexRequest = { method: "GET", url };
    const { body, headers } = await sender.send(request, { harmless: true });
    return { body: parseAnswer(WEBEX, nameOf(request), answer, body), headers };
  }

  function pages<T>(
    path: string,
    item: z.ZodType<T>,
    { query }: ReadOptions = {},
  ): AsyncGenerator<T[], void, undefined> {
    const name = `GET ${path}`;
    return pagesOf(WEBEX, name, urlOf(base, path, query), async (url) => {
      const { body, headers } = await read(url, Page);
      const link = linkIn(name, headers.get("link"));
      return {
        items: parseAnswer(WEBEX, name, z.array(item), body.items),
        next: link === undefined ? undefined : sameHost(WEBEX, name, link, url),
      };
    });
  }

  return {
    async get(path, answer, { query } = {}) {
      return (await read(urlOf(base, path, query), answer)).body;
    },
    pages,
    list: (path, item, options) => listOf(pages(path, item, options)),
    async write(method, path, body, repeats) {
      return (await sender.send({ method, url: urlOf(base, path), body }, repeats)).body;
    },
  };
}

function urlOf(base: string, path: string, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `${base}${path}${search ? `?${search}` : ""}`;
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
