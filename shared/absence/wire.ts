import pLimit from "p-limit";
import { type Clock, systemClock } from "../clock.ts";
import type { Environment } from "../config/settings.ts";
import { openGraphRoad } from "../graph/graph-road.ts";
import { manyMailboxesPace } from "../graph/pace.ts";
import { untilAborted } from "../http/deadline.ts";
import { tableLedger } from "../ledger/ledger.ts";
import { mediatorAt } from "../mediator/mediator.ts";
import type { AppTokens } from "../oauth/app-tokens.ts";
import { microsoftAppTokens } from "../oauth/open-app-tokens.ts";
import { secretStoreFrom } from "../secrets/open-secret-store.ts";
import { leases } from "../storage/blob-lease.ts";
import { jsonBlobs } from "../storage/json-blobs.ts";
import { messageQueue } from "../storage/message-queue.ts";
import { storageAccountFrom } from "../storage/storage-account.ts";
import { ToldFact } from "./absence-ledger.ts";
import { checksIn } from "./checks.ts";
import { mediatorOutlet } from "./mediator-outlet.ts";
import { monitoredUsersIn } from "./monitored-users.ts";
import { PARTITIONS_QUEUE } from "./partitions.ts";
import { type AbsenceService, absenceService, type AbsenceWorld } from "./service.ts";
import { absenceSettingsFrom } from "./settings.ts";
import { webhookOutlets } from "./webhook-outlet.ts";

export type { AbsenceService } from "./service.ts";

/** A crash keeps the next tick waiting no longer than this. */
const LOCK_SECONDS = 30;
/** As many requests as Outlook lets an app have in flight at one mailbox: by some pages, at all of them. */
const REQUESTS_AT_ONCE = 4;
/** Whoever is busy for longer is asked again in the next tick. */
const TRIES = 5;
const LONGEST_WAIT_MS = 8000;
/** A token that opens no mailbox is changed for a new one no more often. */
const NEW_TOKEN_AFTER_MS = 5 * 60_000;

interface WireOptions {
  clock?: Clock;
}

/**
 * Binds the out-of-office monitor to its services, as the settings say. Nothing is asked of them yet.
 * @throws {SettingsError} names what is missing or wrong
 */
export async function wireAbsence(env: Environment, options: WireOptions = {}): Promise<AbsenceService> {
  return absenceService(absenceWorld(env, options));
}

/** The services themselves, for whoever puts others in their place. */
export function absenceWorld(env: Environment, { clock = systemClock }: WireOptions = {}): AbsenceWorld {
  const { graphUrl, mediatorUrl, webhooks, message } = absenceSettingsFrom(env);
  const secrets = secretStoreFrom(env, { clock });
  const storage = storageAccountFrom(env, { clock });
  const tokens = microsoftAppTokens(env, { graphUrl, secrets, clock });
  const mediator = mediatorAt(mediatorUrl, { clock });
  const blobs = jsonBlobs(storage, "absence");
  const access = doubtable(tokens, clock);
  const lease = leases(storage, { seconds: LOCK_SECONDS, clock });
  /** A road of its own to each service behind Graph: neither waits in the other's line, or for its complaints. */
  const openRoad = (): AbsenceWorld["graph"] => {
    const limit = pLimit(REQUESTS_AT_ONCE);
    const pace = manyMailboxesPace({ clock });
    return async ({ signal }) => {
      // Without a token there is nothing to ask, twenty times a request.
      await untilAborted(access.token(), signal);
      return openGraphRoad({
        graphUrl,
        limit,
        pace,
        clock,
        signal,
        attempts: TRIES,
        longestWaitMs: LONGEST_WAIT_MS,
        token: ({ refused }) => tokens.get({ refused }),
      });
    };
  };
  return {
    clock,
    secrets,
    mediator,
    blobs,
    message,
    users: monitoredUsersIn(storage),
    ledger: tableLedger(storage, ToldFact),
    checks: checksIn(blobs, clock),
    queue: messageQueue(storage, PARTITIONS_QUEUE),
    inWork: new Set(),
    lookedUpAt: new Map(),
    outlets: [mediatorOutlet(mediator, { clock }), ...webhookOutlets(webhooks, { secrets, clock })],
    lock: (partition) => lease(`absence/${partition}`),
    graph: openRoad(),
    doubtToken: access.doubt,
    directory: openRoad(),
  };
}

/** Permissions granted since a token was issued are in a new one alone. */
function doubtable(tokens: AppTokens, clock: Clock): { token(): Promise<string>; doubt(): void } {
  let held: string | undefined;
  let refused: string | undefined;
  let doubtsEnd = 0;
  return {
    async token() {
      held = await tokens.get({ refused });
      return held;
    },
    doubt() {
      const now = clock.now().getTime();
      if (now < doubtsEnd) return;
      refused = held;
      doubtsEnd = now + NEW_TOKEN_AFTER_MS;
    },
  };
}
