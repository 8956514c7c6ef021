import type { TestContext } from "node:test";
import pLimit, { type LimitFunction } from "p-limit";
import { issueToken, readToken } from "../../infra/local/emulators/access-token.ts";
import type { Exchange } from "../../infra/local/emulators/emulator.ts";
import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";
import type { Step, StepOutcome } from "../../shared/graph/batch-chains.ts";
import { type GraphRoad, openGraphRoad } from "../../shared/graph/graph-road.ts";
import type { Pace } from "../../shared/graph/pace.ts";
import { contractObserver } from "../contracts/contract-check.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";

const ACCOUNT = "coach@mantabots.example";
const KEY = "the key of these tests";
const MARK = "org.mantabots";

export interface BatchWorld {
  graph: Graph;
  clock: FakeClock;
  road: GraphRoad;
  counts: { requests: number; throttled: number };
  /** The ids of the events in the calendar. */
  events: string[];
  /** How many parts each batch had. */
  batches(): number[];
  /** Sends a notice about an event of this number. Its mail is known by its Message-ID. */
  send(event: number): Step;
  mark(event: number, options?: { attempts?: number }): Step;
  /** How often the notice of an event went out. */
  sent(event: number): number;
  isMarked(event: number): boolean;
  /** Another road to the same mailbox. */
  openRoad(options?: { limit?: LimitFunction; pace?: Pace; signal?: AbortSignal }): Promise<GraphRoad>;
  /** Ends sooner what else ends with the test. */
  close(): Promise<void>;
}

const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);

/** A mailbox with some events. Pauses are over at once, deadlines are not; the contract with Graph is checked in the end. */
export async function batchWorld(t: TestContext, eventCount: number): Promise<BatchWorld> {
  const clock = fakeClock("2026-11-03T04:00:00Z", { auto: 25_000 });
  const contract = contractObserver("msgraph");
  const sizes: number[] = [];
  const graph = await startGraph({
    certificate,
    clock,
    readToken: (token) => readToken(token, KEY),
    seed: { accounts: [{ account: ACCOUNT, displayName: "Camille Martin", calendars: [{ name: "Team" }] }] },
    onExchange: (exchange) => {
      sizes.push(partsOf(exchange));
      contract.onExchange(exchange);
    },
  });
  const closing = Promise.withResolvers<void>();
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return closing.promise;
    isOpen = false;
    await graph.close();
    closing.resolve();
    contract.assertClean();
  };
  t.after(close);

  const mailbox = graph.mailbox(ACCOUNT);
  const events = Array.from({ length: eventCount }, () =>
    mailbox.addEvent("Team", { subject: "Team Session", ...AT, timeZone: "UTC" }),
  );
  const counts = { requests: 0, throttled: 0 };
  const limit = pLimit(4);
  const openRoad: BatchWorld["openRoad"] = (options = {}) =>
    openGraphRoad({
      graphUrl: graph.url,
      token: async () => tokenFor(graph, clock),
      limit,
      clock,
      signal: new AbortController().signal,
      onRequest: () => (counts.requests += 1),
      onThrottled: () => (counts.throttled += 1),
      ...options,
    });
  const url = (event: number): string => `/me/events/${encodeURIComponent(events[event] ?? "")}/extensions`;
  return {
    graph,
    clock,
    road: await openRoad(),
    counts,
    events,
    batches: () => sizes.filter((size) => size > 0),
    send: (event) => ({ method: "POST", url: "/me/sendMail", body: mailOf(event), harmless: false }),
    mark: (event, options = {}) => ({
      method: "POST",
      url: url(event),
      body: EXTENSION,
      harmless: true,
      ...options,
    }),
    sent: (event) =>
      mailbox.sent.filter(({ internetMessageId }) => internetMessageId === messageId(event)).length,
    isMarked: (event) => mailbox.extensions(events[event] ?? "")[MARK] !== undefined,
    openRoad,
    close,
  };
}

const AT = { start: "2026-11-03T13:00:00", end: "2026-11-03T14:00:00" };
const EXTENSION = { "@odata.type": "microsoft.graph.openTypeExtension", extensionName: MARK, sent: true };

function messageId(event: number): string {
  return `<${event}@rollcall.example>`;
}

function mailOf(event: number): object {
  const message = {
    internetMessageId: messageId(event),
    subject: `Session ${event}`,
    body: { contentType: "text", content: "Who comes." },
    toRecipients: [{ emailAddress: { address: "host@example.org" } }],
  };
  return { message, saveToSentItems: true };
}

function tokenFor(graph: Graph, clock: FakeClock): string {
  const expiresAt = new Date(clock.now().getTime() + 3_600_000);
  const scopes = ["User.Read", "Calendars.ReadWrite", "Contacts.Read", "Mail.Send", "Mail.Read"];
  const claims = { audience: graph.url, scopes, roles: [], account: ACCOUNT, tenant: "t", clientId: "app" };
  return issueToken({ ...claims, expiresAt }, KEY);
}

function partsOf({ path, requestBody }: Exchange): number {
  const { requests } = (requestBody ?? {}) as { requests?: unknown[] };
  return path.endsWith("/$batch") ? (requests?.length ?? 0) : 0;
}

/** `status`, or what else is known. */
export function stateOf(outcome: StepOutcome | undefined): string {
  return outcome?.state === "answered" ? String(outcome.status) : String(outcome?.state);
}

export function statesOf(outcomes: readonly (readonly StepOutcome[])[]): string[] {
  return outcomes.map((chain) => chain.map(stateOf).join(" "));
}
