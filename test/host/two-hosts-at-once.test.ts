import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Run } from "../../shared/registration/run.ts";
import { type HostProcess, startHostProcess } from "./host-process.ts";
import { accountOf, startHostWorld } from "./host-world.ts";

/*
 * Two hosts of the whole app, each a process, on one storage account and the real time: whoever starts a pass, on
 * whichever of them, nobody is told twice, and no mailbox is asked more than it takes.
 */

const FEW = ["mantabots", "sharkbots", "raybots"];
const MANY = Array.from({ length: 20 }, (_, index) => `club-${String.fromCodePoint(97 + index)}`);
const SHARED = "shared";
/** Long enough for requests to meet, if they could. */
const LATENCY_MS = 10;

const world = await startHostWorld([
  ...FEW.map((team) => ({ team, connection: team, sessions: 4 })),
  ...MANY.map((team) => ({ team, connection: SHARED, sessions: 4 })),
]);
const { graph } = world;
graph.faults.latencyMs = LATENCY_MS;
const hosts = await Promise.all([startHostProcess(world.settings), startHostProcess(world.settings)]);
after(async () => {
  await Promise.all(hosts.map((host) => host.kill()));
  await world.close();
});

function onBoth<T>(ask: (host: HostProcess) => Promise<T>): Promise<T[]> {
  return Promise.all(hosts.map(ask));
}

async function runsIn(answer: Response): Promise<Run[]> {
  const { runs } = (await answer.json()) as { runs: Run[] };
  return runs;
}

test("50 runs of three teams, fired at two hosts at once: each notice goes out once, and whoever came second got 409", async (t) => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, number) => {
      const team = FEW[number % FEW.length] ?? "";
      const answer = await hosts[number % hosts.length]?.run({ team });
      assert.ok(answer);
      return { team, answer };
    }),
  );
  for (const team of FEW) {
    const own = answers.filter((each) => each.team === team).map(({ answer }) => answer);
    const ran = own.filter(({ status }) => status === 200);
    const refused = own.filter(({ status }) => status === 409);
    assert.equal(ran.length + refused.length, own.length, own.map(({ status }) => status).join(" "));
    assert.ok(ran.length > 0 && refused.length > 0);
    for (const { headers } of refused) assert.equal(headers.get("content-type"), "application/problem+json");
    const [problem] = await Promise.all(
      refused.map((answer) => answer.json() as Promise<{ detail: string }>),
    );
    assert.match(problem?.detail ?? "", new RegExp(`^A pass of ${team} is running already;`));

    const runs = (await Promise.all(ran.map(runsIn))).flat();
    const sent = runs.flatMap(({ events }) => events.filter(({ action }) => action === "sent"));
    assert.deepEqual(sent.map(({ eventId }) => eventId).sort(), world.sessionsOf(team).sort());
    assert.deepEqual(world.announcedBy(team).sort(), world.sessionsOf(team).sort());
    t.diagnostic(`${team}: ${ran.length} ran, ${refused.length} were refused`);
  }
});

test("20 teams on one account, run by timers and by hand on two hosts at once: never five requests at its mailbox, each notice once", async (t) => {
  const due = MANY.flatMap((team) => world.sessionsOf(team)).sort();
  await onBoth((host) => host.fire("registration-pass"));
  while (!graph.stats.maxInFlight.has(accountOf(SHARED)))
    await setTimeout(5, undefined, { signal: t.signal });
  const answers = await onBoth((host) => host.run({}));
  for (const answer of answers) {
    const runs = await runsIn(answer);
    assert.deepEqual(runs.map(({ team }) => team).sort(), [...MANY, ...FEW].sort());
    const failures = runs.filter(({ status }) => status !== "ok");
    const codes = failures.map(({ team, error }) => `${team} ${error?.code}`);
    assert.deepEqual(
      codes,
      failures.map(({ team }) => `${team} already_running`),
    );
    assert.equal(answer.status, failures.length > 0 ? 502 : 200);
    t.diagnostic(`by hand on one host: ${runs.length - failures.length} ran, ${failures.length} were busy`);
  }
  // Whoever has a team that was busy may be at it still.
  while (world.announcedBy(SHARED).length < due.length) await setTimeout(50, undefined, { signal: t.signal });
  const left = (await runsIn(await hosts[0].run({ dryRun: true }))).flatMap(({ events }) => events);
  assert.deepEqual([...new Set(left.map(({ reason }) => reason))], ["already_registered"]);

  assert.deepEqual(world.announcedBy(SHARED).sort(), due);
  for (const team of FEW) assert.equal(world.announcedBy(team).length, world.sessionsOf(team).length);
  const most = graph.stats.maxInFlight.get(accountOf(SHARED)) ?? 0;
  assert.ok(most > 1 && most <= 4, `${most} at once`);
  assert.equal(graph.stats.throttled, 0);
  const atWork = hosts.map(({ log }) => log.count(/Executing 'Functions\.registration-worker'/));
  assert.ok(
    atWork.some((count) => count > 0),
    "A worker was among them.",
  );
  t.diagnostic(`at most ${most} requests at once; messages worked at: ${atWork.join(" and ")}`);
});
