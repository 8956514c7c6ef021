import { type AutomaticReplies, type RepliesReading, windowInIso } from "./automatic-replies.ts";
import type { Seen, SeenReplies } from "./monitored-user.ts";

/** What is kept of a check: the very object there was when it showed nothing new. */
export function seenNow(found: Seen | undefined, reading: RepliesReading, now: Date): Seen {
  const at = now.toISOString();
  const before = repliesSeen(found);
  if (!("unreadable" in reading)) {
    const seen = seenReplies(reading, at);
    // Nobody changed anything while it could not be read.
    return before && isSame(before, seen) ? before : seen;
  }
  const { unreadable } = reading;
  if (found && "unreadable" in found && found.unreadable === unreadable) return found;
  return { unreadable, at, ...(before === undefined ? {} : { before }) };
}

/** What the mailbox showed when it could last be read. */
export function repliesSeen(found: Seen | undefined): SeenReplies | undefined {
  return found && "unreadable" in found ? found.before : found;
}

/** A window as it was before it was written down. */
export function windowSeen({ window }: SeenReplies): { start: Date; end: Date } | undefined {
  return window && { start: new Date(window.start), end: new Date(window.end) };
}

function seenReplies({ status, audience, window }: AutomaticReplies, at: string): SeenReplies {
  return { status, audience, ...(window ? { window: windowInIso(window) } : {}), at };
}

function isSame(one: SeenReplies, other: SeenReplies): boolean {
  return (
    one.status === other.status &&
    one.audience === other.audience &&
    one.window?.start === other.window?.start &&
    one.window?.end === other.window?.end
  );
}
