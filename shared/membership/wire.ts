import * as z from "zod";
import { type Clock, systemClock } from "../clock.ts";
import { openConfigSource } from "../config/open-config-source.ts";
import { publicUrlFrom } from "../config/public-url.ts";
import { type Environment, parseSettings } from "../config/settings.ts";
import { openGraphRoad } from "../graph/graph-road.ts";
import { GraphUrl } from "../graph/graph-url.ts";
import { mailboxes } from "../graph/mailboxes.ts";
import { tableLedger } from "../ledger/ledger.ts";
import type { Logger } from "../log.ts";
import { microsoftAccessTokens, webexAccessTokens } from "../oauth/open-access-tokens.ts";
import { sealedTickets } from "../oauth/sealed-ticket.ts";
import { webexSettingsFrom } from "../oauth/webex-settings.ts";
import { openOperatorMail } from "../operator/open-operator-mail.ts";
import { metered } from "../runs/meter.ts";
import { runHistoryIn } from "../runs/run-history.ts";
import { secretStoreFrom } from "../secrets/open-secret-store.ts";
import { leases } from "../storage/blob-lease.ts";
import { jsonBlobs } from "../storage/json-blobs.ts";
import { messageQueue } from "../storage/message-queue.ts";
import { storageAccountFrom } from "../storage/storage-account.ts";
import { webexAccounts } from "../webex/accounts.ts";
import { MOST_MEMBERS } from "../webex/rooms.ts";
import { openWebexRoad } from "../webex/webex-road.ts";
import { Approval, approvals } from "./approvals.ts";
import { MembershipFact } from "./membership-fact.ts";
import type { Run } from "./run.ts";
import { type MembershipService, membershipService, type MembershipWorld } from "./service.ts";
import { MEMBERSHIP_CONTAINER, MEMBERSHIP_RUNS, spaceDocuments } from "./space-documents.ts";
import { SYNCS_QUEUE } from "./work-message.ts";

export type { MembershipService } from "./service.ts";

const Settings = z.object({ GRAPH_URL: GraphUrl });

/** A crash keeps a space's next run, and its connection, waiting no longer than this. */
const LOCK_SECONDS = 60;

interface WireOptions {
  clock?: Clock;
}

/**
 * Binds membership to its services, as the settings say. Nothing is asked of them yet.
 * @throws {SettingsError} names what is missing or wrong
 */
export async function wireMembership(
  env: Environment,
  logger: Logger,
  options: WireOptions = {},
): Promise<MembershipService> {
  return membershipService(membershipWorld(env, logger, options));
}

/** The services themselves, for whoever puts others in their place. */
export function membershipWorld(
  env: Environment,
  logger: Logger,
  { clock = systemClock }: WireOptions = {},
): MembershipWorld {
  const settings = parseSettings(env, Settings);
  const { url } = webexSettingsFrom(env);
  const secrets = secretStoreFrom(env, { clock });
  const storage = storageAccountFrom(env, { clock });
  const publicUrl = publicUrlFrom(env);
  const keeping = { secrets, storage, clock, logger, capability: "membership" } as const;
  const tokens = {
    webex: webexAccessTokens(env, keeping),
    microsoft: microsoftAccessTokens(env, keeping),
    // To send mail is what registration asks for.
    mail: microsoftAccessTokens(env, { ...keeping, capability: "registration" }),
  };
  const [accountOf, mailboxOf] = [webexAccounts({ clock }), mailboxes({ clock })];
  const tickets = sealedTickets({ secrets, storage, clock, purpose: "approval", content: Approval });
  const lease = leases(storage, { seconds: LOCK_SECONDS, clock });

  return {
    clock,
    publicUrl,
    config: openConfigSource(env, { clock }),
    queue: messageQueue(storage, SYNCS_QUEUE),
    documents: spaceDocuments(jsonBlobs(storage, MEMBERSHIP_CONTAINER)),
    history: runHistoryIn<Run>(storage, MEMBERSHIP_RUNS, ({ space }) => space),
    ledger: tableLedger(storage, MembershipFact),
    lock: (space) => lease(`membership/${space}`),
    connectionLease: (connection) => lease(`webex/connection/${connection}`),
    approvals: approvals({
      tickets,
      mail: openOperatorMail(env, { tokens: tokens.mail, clock }),
      publicUrl,
    }),
    mostMembers: MOST_MEMBERS,
    webex: (connection, options) =>
      openWebexRoad({ url, ...accountOf(connection), clock, ...metered(tokens.webex, connection, options) }),
    microsoft: (connection, options) =>
      openGraphRoad({
        graphUrl: settings.GRAPH_URL,
        ...mailboxOf(connection),
        clock,
        ...metered(tokens.microsoft, connection, options),
      }),
  };
}
