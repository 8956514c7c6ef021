import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import type { Logger } from "../../shared/log.ts";
import type { Run } from "../../shared/registration/run.ts";
import { wireRegistration } from "../../shared/registration/wire.ts";
import { ACCOUNT, LATENCY_MS, type MailboxSize, type MailboxWorld, mailboxWorld } from "./mailbox-world.ts";
import { median, timeOf } from "./median.ts";
import { passOneAfterTheOther } from "./one-after-the-other.ts";
import type { Row, Table } from "./table.ts";

const RUNS = 3;
const DUE_EVENTS = [10, 50, 200];
const QUIET = { events: 900, contacts: 900, announced: true };
const IN_FLIGHT = 4;

const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} };

interface Measurement {
  requests: number;
  milliseconds: number;
  throttled: number;
  inFlight: number;
}

/** What a pass costs, beside one that asks for one thing after the other. The emulators share the process and its time. */
export async function benchRegistration(): Promise<Table[]> {
  const azurite = await startAzurite();
  const storage = { AzureWebJobsStorage: azurite.connectionString };
  try {
    const rollcall = (world: MailboxWorld): Promise<number> => passOfRollcall(world, storage);
    // The first pass of a process reads the SDKs from disk; `load` measures that.
    await measure({ events: 1, contacts: 1, announced: false }, 1, rollcall);
    const due: Row[] = [];
    for (const events of DUE_EVENTS) due.push(await rowOfDue(events, rollcall));
    return [
      {
        heading: `A registration pass, beside one that makes its requests one by one; ${LATENCY_MS} ms before each answer of Graph and login; medians of ${RUNS}, in turn`,
        rows: due,
      },
      {
        heading: `A quiet pass, all events having been announced; ${LATENCY_MS} ms before each answer of Graph and login; medians of ${RUNS}`,
        rows: [await rowOfQuiet(rollcall)],
      },
    ];
  } finally {
    await azurite.close();
  }
}

type Pass = (world: MailboxWorld) => Promise<number>;

async function rowOfDue(events: number, rollcall: Pass): Promise<Row> {
  const size = { events, contacts: 40, announced: false };
  const ours: Measurement[] = [];
  const theirs: Measurement[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    ours.push(await measure(size, events, rollcall));
    theirs.push(await measure(size, events, passOneAfterTheOther));
  }
  const one = mediansOf(ours);
  const other = mediansOf(theirs);
  return {
    "due events": events,
    requests: one.requests,
    ms: Math.round(one.milliseconds),
    "best possible ms": bestPossible(events),
    "answers 429": one.throttled,
    "most in flight": one.inFlight,
    "one by one: requests": other.requests,
    "one by one: ms": Math.round(other.milliseconds),
    "requests ratio": ratio(other.requests, one.requests),
    "time ratio": ratio(other.milliseconds, one.milliseconds),
  };
}

async function rowOfQuiet(rollcall: Pass): Promise<Row> {
  const measurements: Measurement[] = [];
  for (let run = 0; run < RUNS; run += 1) measurements.push(await measure(QUIET, 0, rollcall));
  const { requests, milliseconds, throttled, inFlight } = mediansOf(measurements);
  return {
    events: QUIET.events,
    contacts: QUIET.contacts,
    requests,
    ms: Math.round(milliseconds),
    "answers 429": throttled,
    "most in flight": inFlight,
  };
}

/**
 * The least time that Microsoft's limit of four requests at once leaves. The token, then the calendars (and the
 * contacts beside them), then the events: each needs the one before, so these are three latencies. Then a mail and a
 * mark for each event, four at a time; that a mark must wait for its own mail costs nothing, as others go in between.
 */
function bestPossible(events: number): number {
  return (3 + Math.ceil((2 * events) / IN_FLIGHT)) * LATENCY_MS;
}

/** One pass over a mailbox of its own. @throws {Error} it announced other events than those that were due */
async function measure(size: MailboxSize, due: number, pass: Pass): Promise<Measurement> {
  const world = await mailboxWorld(size);
  try {
    let announced = 0;
    const milliseconds = await timeOf(async () => (announced = await pass(world)));
    if (announced !== due) throw new Error(`${due} events were due, but ${announced} were announced.`);
    const { throttled, maxInFlight } = world.graph.stats;
    return { requests: world.requests(), milliseconds, throttled, inFlight: maxInFlight.get(ACCOUNT) ?? 0 };
  } finally {
    await world.close();
  }
}

/** Wired anew, as in a worker that has just started, so that the pass asks for its token too. */
async function passOfRollcall(world: MailboxWorld, storage: Record<string, string>): Promise<number> {
  const service = await wireRegistration({ ...world.settings, ...storage }, silent);
  const outcome = await service.runNow({}, silent);
  if (outcome.kind !== "ran") throw new Error(JSON.stringify(outcome));
  const bad = outcome.runs.find(({ status }) => status !== "ok");
  if (bad) throw new Error(`The pass ended ${bad.status}: ${reasonOf(bad)}`);
  return outcome.runs.flatMap(({ events }) => events).filter(({ action }) => action === "sent").length;
}

function reasonOf({ error, events }: Run): string | undefined {
  return error?.message ?? events.find((row) => row.error !== undefined)?.error;
}

function mediansOf(measurements: Measurement[]): Measurement {
  const of = (name: keyof Measurement): number => median(measurements.map((each) => each[name]));
  return {
    requests: of("requests"),
    milliseconds: of("milliseconds"),
    throttled: of("throttled"),
    inFlight: of("inFlight"),
  };
}

function ratio(one: number, other: number): string {
  return `${(one / other).toFixed(1)} x`;
}
