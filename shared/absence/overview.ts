import type { Clock } from "../clock.ts";
import type { Ledger, Reading } from "../ledger/ledger.ts";
import { encodeKey } from "../storage/row-key.ts";
import { isAway } from "./automatic-replies.ts";
import { type Checks, lastCheckOf } from "./checks.ts";
import { isUndelivered, nextTryAt, triesOf } from "./delivery-backoff.ts";
import type { MonitoredUser, Seen, SeenReplies } from "./monitored-user.ts";
import type { MonitoredUsers } from "./monitored-users.ts";
import type { Outlet } from "./outlet.ts";
import { windowSeen } from "./seen.ts";
import type { Told } from "./told.ts";

export interface OverviewWorld {
  clock: Clock;
  users: MonitoredUsers;
  ledger: Ledger<Told>;
  checks: Checks;
  outlets: readonly Pick<Outlet, "scope" | "name">[];
}

/** Somebody who is watched, for people and programs. Times are ISO 8601, UTC. */
export interface WatchedUser {
  email: string;
  id: string;
  monitoredSince: string;
  /** `unknown` before the first check, and as long as the mailbox cannot be read. */
  state: "away" | "not away" | "unknown";
  status?: SeenReplies["status"];
  audience?: SeenReplies["audience"];
  window?: { start: string; end: string };
  /** When it last changed. */
  changedAt?: string;
  /** Why the mailbox cannot be read, and what to do about it. */
  problem?: string;
  lastCheck?: string;
  deliveries: DeliveryState[];
}

/** What one target knows. */
export interface DeliveryState {
  target: string;
  /** `pending`: it has not taken the news yet; `undelivered`: after many tries, which go on. */
  state: "delivered" | "pending" | "undelivered" | "unknown";
  /** The last it took, and when. */
  told?: { away: boolean; at: string };
  /** What it has not taken. */
  waiting?: {
    away: boolean;
    since: string;
    tries: number;
    lastTry: string;
    nextTry: string;
    failure?: string;
  };
  problem?: string;
}

/** Everybody who is watched, by address. @throws the storage client's error */
export async function overview({
  clock,
  users,
  ledger,
  checks,
  outlets,
}: OverviewWorld): Promise<WatchedUser[]> {
  const [kept, known, ...ledgers] = await Promise.all([
    users.read(),
    checks.all(),
    ...outlets.map(({ scope }) => ledger.read(scope)),
  ]);
  const now = clock.now();
  const watched = kept.users.map((user) => {
    const entries = ledgers.map((ledger) => ledger.get(user.id));
    const deliveries = outlets.map(({ name }, index) => deliveryOf(name, user, entries[index]));
    return watchedUser(user, { now, lastCheck: lastCheckOf(encodeKey(user.id), known), deliveries });
  });
  return watched.toSorted((one, other) => (one.email < other.email ? -1 : 1));
}

function watchedUser(
  { id, email, registeredAt, found }: MonitoredUser,
  { now, lastCheck, deliveries }: { now: Date; lastCheck: string | undefined; deliveries: DeliveryState[] },
): WatchedUser {
  return {
    email,
    id,
    monitoredSince: registeredAt,
    ...stateOf(found, now),
    // One before the registration was of others.
    ...(lastCheck === undefined || lastCheck < registeredAt ? {} : { lastCheck }),
    deliveries,
  };
}

function stateOf(found: Seen | undefined, now: Date): Pick<WatchedUser, "state"> & Partial<WatchedUser> {
  if (!found) return { state: "unknown" };
  if ("unreadable" in found) return { state: "unknown", changedAt: found.at, problem: found.unreadable };
  const { status, audience, window, at } = found;
  const instants = windowSeen(found);
  const isSo = isAway({ status, ...(instants ? { window: instants } : {}) }, now);
  return {
    state: isSo ? "away" : "not away",
    status,
    audience,
    ...(window ? { window } : {}),
    changedAt: at,
  };
}

function deliveryOf(target: string, user: MonitoredUser, reading: Reading<Told> | undefined): DeliveryState {
  if (!reading) return { target, state: "pending" };
  if ("unreadable" in reading) return { target, state: "unknown", problem: reading.unreadable };
  const { known, intent } = reading.entry;
  const told = known === undefined ? {} : { told: { away: known.away, at: known.deliveredAt ?? known.at } };
  if (intent) {
    const { away, at, failure } = intent.fact;
    const times = {
      tries: triesOf(intent.fact),
      lastTry: intent.intendedAt,
      nextTry: nextTryAt(intent).toISOString(),
    };
    return {
      target,
      state: isUndelivered(intent) ? "undelivered" : "pending",
      ...told,
      waiting: { away, since: at, ...times, ...(failure === undefined ? {} : { failure }) },
    };
  }
  const isPresent = known?.registration === user.registration;
  return { target, state: isPresent ? "delivered" : "pending", ...told };
}
