import type { EmulatorAnswer } from "../exchange.ts";
import type { Call } from "./call.ts";
import { Refusal } from "./refusal.ts";

/** "Default: 100", of people and memberships alike. */
const DEFAULT_SIZE = 100;

interface Placed {
  /** Where the item stands in the whole list: it keeps its place when others come and go. */
  place: number;
  item: object;
}

/**
 * One page of a list, with a link to the next one if there is more. A cursor is a place, so that nobody is missed or
 * met twice when others come and go between two pages.
 * @param itemsAfter  the rest of the list behind a place, -1 for all of it
 * @see https://developer.webex.com/docs/basics#pagination
 * @throws {Refusal} 400: `max` or the cursor is no good
 */
export function pageAnswer(
  call: Call,
  largest: number,
  itemsAfter: (place: number) => Iterable<Placed>,
  rest: object = {},
): EmulatorAnswer {
  const size = Math.min(sizeOf(call), largest);
  const items: object[] = [];
  let last = -1;
  for (const { place, item } of itemsAfter(cursorOf(call))) {
    if (items.length === size) {
      return { status: 200, headers: { link: linkTo(call, last) }, body: { items, ...rest } };
    }
    items.push(item);
    last = place;
  }
  return { status: 200, body: { items, ...rest } };
}

function sizeOf({ query }: Call): number {
  const given = query.get("max");
  if (given === null) return DEFAULT_SIZE;
  const size = Number(given);
  if (given.trim() === "" || !Number.isInteger(size) || size < 1) {
    throw new Refusal(400, `The parameter max is a whole number from 1; got '${given}'.`);
  }
  return size;
}

function cursorOf({ query }: Call): number {
  const given = query.get("cursor");
  if (given === null) return -1;
  const place = /^after:(\d+)$/.exec(Buffer.from(given, "base64url").toString("utf8"))?.[1];
  if (place === undefined) throw new Refusal(400, "The cursor is not one of a link.");
  return Number(place);
}

function linkTo({ root, path, query }: Call, last: number): string {
  const next = new URLSearchParams(query);
  next.set("cursor", Buffer.from(`after:${last}`).toString("base64url"));
  return `<${root}${path}?${next.toString()}>; rel="next"`;
}
