import { type AbsenceBench, absenceBench, type MeasuredTick } from "./absence-world.ts";
import { LATENCY_MS } from "./mailbox-world.ts";
import { median, timeOf } from "./median.ts";
import type { Row, Table } from "./table.ts";

const USERS = 10_000;
const CHANGES = 100;
const RUNS = 3;
const IN_FLIGHT = 4;
const USERS_PER_REQUEST = 20;
/** Of one batch, that Outlook carries out at once. */
const PARTS_AT_ONCE = 4;
/** As many of the users as are asked about one by one; to ask about all would take longer than nine minutes. */
const SAMPLE = 100;

/** What a tick costs with many users; the app is in a process of its own, what it talks to in this one. */
export async function benchAbsence(): Promise<Table[]> {
  const bench = await absenceBench(USERS);
  try {
    const { settings } = bench.graph;
    settings.batchLatency = "per-batch";
    const first = await bench.tick();
    const quiet = await ticks(bench, () => undefined);
    const changed = await ticks(bench, (run) => goAway(bench, run));
    settings.batchLatency = "per-part";
    const inTurns = await bench.tick();
    const aBatch = LATENCY_MS;
    return [
      {
        heading: `A tick with ${USERS} users, ${IN_FLIGHT} requests in flight; ${LATENCY_MS} ms before each answer of Graph; medians of ${RUNS} where nobody or ${CHANGES} have changed something`,
        rows: [
          rowOf("nobody changed anything", quiet, aBatch),
          rowOf(`${CHANGES} went away`, changed, aBatch),
          rowOf("the first: everybody is told of", first, aBatch),
          rowOf(
            "nobody, and each of a batch's parts takes so long, four at once",
            inTurns,
            (USERS_PER_REQUEST / PARTS_AT_ONCE) * LATENCY_MS,
          ),
        ],
      },
      {
        heading: `The same one user at a time, as the program before did; ${SAMPLE} users were measured, ${USERS} are reckoned from them`,
        rows: [await rowOfOneByOne(bench, quiet)],
      },
    ];
  } finally {
    await bench.close();
  }
}

async function ticks(bench: AbsenceBench, before: (run: number) => void): Promise<MeasuredTick> {
  const measured: MeasuredTick[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    before(run);
    measured.push(await bench.tick());
  }
  const of = (name: keyof MeasuredTick): number => median(measured.map((each) => each[name]));
  return {
    milliseconds: of("milliseconds"),
    requests: of("requests"),
    told: of("told"),
    writes: of("writes"),
    messages: of("messages"),
  };
}

/** Others in each run, spread over all. */
function goAway({ graph, accountOf }: AbsenceBench, run: number): void {
  for (let change = 0; change < CHANGES; change += 1) {
    const number = change * (USERS / CHANGES) + run + 1;
    graph.mailbox(accountOf(number)).setAutomaticReplies({
      status: "alwaysEnabled",
      externalReplyMessage: "<p>Back on <b>Monday</b>.</p>",
    });
  }
}

/** @param batchMs  what one request takes at least */
function rowOf(what: string, tick: MeasuredTick, batchMs: number): Row {
  const best = (USERS / USERS_PER_REQUEST / IN_FLIGHT) * batchMs;
  return {
    what,
    requests: tick.requests,
    seconds: (tick.milliseconds / 1000).toFixed(2),
    "best possible": (best / 1000).toFixed(2),
    "time / best": (tick.milliseconds / best).toFixed(2),
    told: tick.told,
    "writes to tables and blobs": tick.writes,
    "queue messages": tick.messages,
  };
}

async function rowOfOneByOne(bench: AbsenceBench, quiet: MeasuredTick): Promise<Row> {
  const { graph, accountOf } = bench;
  const token = await bench.appToken();
  const milliseconds = await timeOf(async () => {
    for (let number = 1; number <= SAMPLE; number += 1) {
      const replies = `/v1.0/users/${accountOf(number)}/mailboxSettings/automaticRepliesSetting`;
      const answer = await fetch(graph.url + replies, { headers: { authorization: `Bearer ${token}` } });
      if (!answer.ok) throw new Error(`${replies} was answered ${answer.status}: ${await answer.text()}`);
      await answer.json();
    }
  });
  const whole = milliseconds * (USERS / SAMPLE);
  return {
    "measured users": SAMPLE,
    "measured s": (milliseconds / 1000).toFixed(2),
    "reckoned requests": USERS,
    "reckoned s": Math.round(whole / 1000),
    "requests ratio": `${(USERS / quiet.requests).toFixed(1)} x`,
    "time ratio": `${(whole / quiet.milliseconds).toFixed(1)} x`,
  };
}
