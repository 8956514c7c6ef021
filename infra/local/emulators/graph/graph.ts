import type { TokenClaims } from "../access-token.ts";
import { startEmulator } from "../emulator.ts";
import type { Emulator, EmulatorAnswer, EmulatorOptions, EmulatorRequest } from "../emulator.ts";
import { openState } from "../state.ts";
import { answerBatch } from "./batch.ts";
import { answerPart } from "./batch-part.ts";
import { PAGE } from "./odata.ts";
import { outboxPage } from "./outbox-page.ts";
import { answerGraphControl, graphControls } from "./controls.ts";
import type { GraphControls } from "./controls.ts";
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

export interface Graph extends Emulator, GraphControls {
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
 * Microsoft Graph v1.0, as far as the calendars, contacts, mail and automatic replies of users go, the list of them, and
 * who is in a group. What it answers is documented, or has been seen in the field, at the addresses in these files; where
 * neither was found, a comment says so.
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
      batchLatency: "per-part",
    },
    throttle: new Throttle(),
    counts: { requests: 0, parts: 0 },
    parts: [],
    faults: () => emulator.faults,
  };
  const controls = graphControls(state, now);
  const emulator = await startEmulator(
    "graph",
    options,
    (request, latency) => {
      if (request.path === OUTBOX) return outboxPage(state.value);
      if (request.path.startsWith("/_control/")) return answerGraphControl(controls, service, request);
      return answerHttp(service, request, latency);
    },
    // What is under way is counted while the latency passes, so the base must not let it pass before.
    "by-handler",
  );
  return {
    ...emulator,
    ...controls,
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
  service.counts.requests += 1;
  if (!isBatch(request)) return answerRequest(service, request, latency);
  return answering(service, request, async () => {
    callerOf(service, request);
    const atOnce = service.settings.batchLatency === "per-batch";
    if (atOnce) await latency();
    const ofPart = atOnce ? (): Promise<void> => Promise.resolve() : latency;
    return answerBatch(request, (part, place) => answerPart(service, part, place, ofPart));
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
