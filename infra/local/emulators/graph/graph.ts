import type { TokenClaims } from "../access-token.ts";
import { startEmulator } from "../emulator.ts";
import type { Emulator, EmulatorAnswer, EmulatorOptions, EmulatorRequest } from "../emulator.ts";
import { openState } from "../state.ts";
import { answerBatch } from "./batch.ts";
import { answerPart } from "./batch-part.ts";
import { type DirectoryControl, directoryControl } from "./directory.ts";
import type { Mailbox } from "./mailbox.ts";
import { openMailbox } from "./mailbox.ts";
import { PAGE } from "./odata.ts";
import { outboxPage } from "./outbox-page.ts";
import type { GraphSeed } from "./seed.ts";
import { stateFrom } from "./seeding.ts";
import type { PartRecord, Service } from "./service.ts";
import { answerRequest, answering, callerOf } from "./service.ts";
import type { GraphSettings, MessageOnItsWay } from "./settings.ts";
import { Throttle } from "./throttle.ts";

export interface GraphOptions extends EmulatorOptions {
  /** What a token says, whoever it is for and however old; undefined when it is none. */
  readToken(token: string): TokenClaims | undefined;
  /** Keeps the mailboxes over a restart; in memory unless given. */
  stateFile?: string;
  /** What the emulator begins with, when there is no state yet. */
  seed?: GraphSeed;
  /** 5 seconds unless given. */
  sentItemsDelayMs?: number;
  /** "draft" unless given. */
  messageOnItsWay?: MessageOnItsWay;
}

export interface Graph extends Emulator {
  /** Read and changed past Graph: for tests and samples. @throws {RangeError} no such account */
  mailbox(account: string): Mailbox;
  /** The tenant's users and groups, which are read by a user's token only: nobody here asks as the app. */
  readonly directory: DirectoryControl;
  /** Writes to the state file what was changed past Graph. */
  save(): Promise<void>;
  readonly settings: GraphSettings;
  readonly stats: GraphStats;
  /** Of batches, in the order of their answers; those that were not run because of one before them are not among them. */
  readonly parts: readonly PartRecord[];
  /** A page for people: what was sent. */
  readonly outboxUrl: string;
}

interface GraphStats {
  /** Over HTTP; a batch is one. */
  readonly requests: number;
  /** Of batches. */
  readonly parts: number;
  /** Answered 429, alone or in a batch. */
  readonly throttled: number;
  /** By account: the most requests of one app that were under way at once. */
  readonly maxInFlight: ReadonlyMap<string, number>;
}

const DEFAULT_SENT_ITEMS_DELAY_MS = 5000;
const OUTBOX = "/_control/outbox";

/**
 * Microsoft Graph v1.0, as far as the calendars, contacts and mail of a user go. What it answers is documented, or has
 * been seen in the field, at the addresses in these files; where neither was found, a comment says so.
 *
 * A fault set for a path also happens to the part of a batch that has this path.
 */
export async function startGraph(options: GraphOptions): Promise<Graph> {
  const now = (): Date => options.clock?.now() ?? new Date();
  const state = openState(options.stateFile, () => stateFrom(options.seed ?? { accounts: [] }, now()));
  const service: Service = {
    url: () => emulator.url,
    now,
    readToken: (token) => options.readToken(token),
    state,
    settings: {
      extensionExpand: "lists",
      sentItemsDelayMs: options.sentItemsDelayMs ?? DEFAULT_SENT_ITEMS_DELAY_MS,
      messageOnItsWay: options.messageOnItsWay ?? "draft",
      largestPage: PAGE.max,
    },
    throttle: new Throttle(),
    counts: { requests: 0, parts: 0 },
    parts: [],
    faults: () => emulator.faults,
  };
  const emulator = await startEmulator(
    "graph",
    options,
    (request, latency) => answerHttp(service, request, latency),
    // What is under way is counted while the latency passes, so the base must not let it pass before.
    "by-handler",
  );
  return {
    ...emulator,
    mailbox: (account) => openMailbox(state.value, account, now),
    directory: directoryControl(state.value),
    save: () => state.save(),
    settings: service.settings,
    stats: statsOf(service),
    parts: service.parts,
    outboxUrl: emulator.url + OUTBOX,
  };
}

async function answerHttp(
  service: Service,
  request: EmulatorRequest,
  latency: () => Promise<void>,
): Promise<EmulatorAnswer> {
  if (request.path === OUTBOX) return outboxPage(service.state.value);
  service.counts.requests += 1;
  if (!isBatch(request)) return answerRequest(service, request, latency);
  return answering(service, request, () => {
    callerOf(service, request);
    return answerBatch(request, (part) => answerPart(service, part, latency));
  });
}

function isBatch({ method, path }: EmulatorRequest): boolean {
  return method === "POST" && /^\/v1\.0\/(\$|%24)batch$/i.test(path);
}

function statsOf({ counts, throttle }: Service): GraphStats {
  return {
    get requests() {
      return counts.requests;
    },
    get parts() {
      return counts.parts;
    },
    get throttled() {
      return throttle.refused;
    },
    maxInFlight: throttle.maxInFlight,
  };
}
