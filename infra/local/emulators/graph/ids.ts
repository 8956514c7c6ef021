import { createHash } from "node:crypto";
import type { GraphState, Versioned } from "./state.ts";

// Ids of personal accounts begin like this; to a client they are opaque.
const PREFIX = "AQMkADAwATM3ZmY";
const SUFFIX = "AAA=";
const LENGTH = PREFIX.length + 43 + SUFFIX.length;

/** An id for a new item: long and opaque like Outlook's, and the same in every run. */
export function newId(state: GraphState, kind: string): string {
  state.counter += 1;
  return `${PREFIX}${digest(`${kind} ${state.counter}`)}${SUFFIX}`;
}

/** The id of the occurrence that begins, or would have begun, on a date. */
export function occurrenceId(seriesId: string, date: string): string {
  return `${seriesId.slice(0, -SUFFIX.length)}${Buffer.from(date).toString("base64url")}${SUFFIX}`;
}

/** The series and the date in an occurrence's id; undefined for an id of another kind. */
export function readOccurrenceId(id: string): { seriesId: string; date: string } | undefined {
  if (id.length <= LENGTH) return undefined;
  const cut = LENGTH - SUFFIX.length;
  const date = Buffer.from(id.slice(cut, -SUFFIX.length), "base64url").toString("utf8");
  return { seriesId: id.slice(0, cut) + SUFFIX, date };
}

export function isWellFormed(id: string): boolean {
  return id.startsWith(PREFIX) && id.endsWith(SUFFIX) && id.length >= LENGTH;
}

/** Changes whenever the item does. */
export function changeKey(id: string, { version }: Pick<Versioned, "version">): string {
  return digest(`${id} ${version}`).slice(0, 24);
}

export function newVersion(now: Date): Versioned {
  return { version: 1, created: now.toISOString(), modified: now.toISOString() };
}

export function touch(item: Versioned, now: Date): void {
  item.version += 1;
  item.modified = now.toISOString();
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
