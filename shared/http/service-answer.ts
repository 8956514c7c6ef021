import type { z } from "zod";
import { mistakesOf } from "../schema-mistakes.ts";
import type { AnswerError } from "./service-error.ts";

/** Who answers, and what is thrown when the answer is none of its own. */
export interface AnsweringService {
  /** As people call it. */
  name: string;
  AnswerError: new (message: string, options?: ErrorOptions) => AnswerError;
}

/** One page of a collection; its links are those of the service, and not to be trusted. */
export interface Page<T> {
  items: T[];
  /** The address of the next one, as it is to be asked for; undefined on the last. */
  next: string | undefined;
}

/** Far more than any collection has: a chain of ever new links must end, too. */
const MOST_PAGES = 10_000;
/** A wrong form is mostly wrong in each of many items. */
const MISTAKES_TOLD = 3;

/**
 * What is used of an answer.
 * @param request  for messages, such as `GET /me`
 * @throws {AnswerError} it has not the form it should have
 */
export function parseAnswer<T>(
  { name, AnswerError }: AnsweringService,
  request: string,
  form: z.ZodType<T>,
  body: unknown,
): T {
  const parsed = form.safeParse(body);
  if (parsed.success) return parsed.data;
  const mistakes = mistakesOf(parsed.error, { most: MISTAKES_TOLD });
  throw new AnswerError(`${name} answered ${request} in an unknown form: ${mistakes}`);
}

/**
 * A link to the next page is followed on the host we asked only: a token must never travel to another.
 * @param base  an address on that host, which the link may be relative to
 * @throws {AnswerError} it leads elsewhere
 */
export function sameHost(
  { name, AnswerError }: AnsweringService,
  request: string,
  link: string,
  base: string,
): string {
  const url = URL.canParse(link, base) ? new URL(link, base) : undefined;
  if (url?.origin === new URL(base).origin) return url.href;
  throw new AnswerError(
    `${name} pointed from ${request} to a next page on another host (${url?.host ?? "no valid address"}); it was not followed.`,
  );
}

/**
 * A collection page by page, from link to link.
 * @throws {AnswerError} the links lead round in a circle, or do not end
 */
export async function* pagesOf<T>(
  { name, AnswerError }: AnsweringService,
  request: string,
  first: string,
  read: (url: string) => Promise<Page<T>>,
): AsyncGenerator<T[], void, undefined> {
  const seen = new Set<string>();
  let url: string | undefined = first;
  while (url !== undefined) {
    if (seen.has(url) || seen.size >= MOST_PAGES) {
      throw new AnswerError(`${name}'s links to the next page of ${request} lead round in a circle.`);
    }
    seen.add(url);
    const page: Page<T> = await read(url);
    yield page.items;
    url = page.next;
  }
}

/** Every item of a collection. */
export async function listOf<T>(pages: AsyncIterable<T[]>): Promise<T[]> {
  const items = [];
  for await (const page of pages) items.push(...page);
  return items;
}
