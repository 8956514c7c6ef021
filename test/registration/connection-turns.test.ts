import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { systemClock } from "../../shared/clock.ts";
import type { RegistrationService } from "../../shared/registration/service.ts";
import { wireRegistration } from "../../shared/registration/wire.ts";
import { rememberingLogger } from "../fakes/remembering-logger.ts";
import { aStage, type Stage, type StageSeed } from "../worlds/registration-stage.ts";
import { soon } from "../worlds/seeds.ts";
import { COACH } from "../worlds/services.ts";

// On the machine's own clock: who waits for a turn asks for it again and again, and on a clock that waits by itself an hour
// would pass in a moment.

const TEAM = { calendar: { full_day: false } };
const log = rememberingLogger();

async function twoHosts(
  t: TestContext,
  seed: StageSeed,
): Promise<Stage & { one: RegistrationService; other: RegistrationService }> {
  const stage = await aStage(t, { team: TEAM, ...seed }, systemClock);
  const host = (): Promise<RegistrationService> => wireRegistration(stage.env, log);
  return { ...stage, one: await host(), other: await host() };
}

suite("two hosts with one storage account", () => {
  test("that are asked 50 times at once for a team's pass make it once at a time: the others are told", async (t) => {
    const { one, other, graph } = await twoHosts(t, { events: [soon()] });
    const asked = Array.from({ length: 50 }, (_, index) =>
      (index % 2 === 0 ? one : other).runNow({ team: "robots" }, log),
    );
    const outcomes = await Promise.all(asked);
    const kinds = outcomes.map((outcome) => outcome.kind);
    assert.deepEqual(new Set(kinds), new Set(["already_running", "ran"]));
    const statuses = outcomes.flatMap((outcome) => (outcome.kind === "ran" ? outcome.runs : []));
    assert.deepEqual([...new Set(statuses.map(({ status }) => status))], ["ok"]);
    assert.equal(graph.mailbox(COACH).sent.length, 1);
  });

  test("make never five requests at a mailbox that 20 teams share, whatever they are asked for", async (t) => {
    const topics = Array.from({ length: 20 }, (_, index) => `Crew ${String.fromCharCode(65 + index)}`);
    const teams = Object.fromEntries(
      topics.map((topic) => [
        topic.toLowerCase().replace(" ", "-"),
        { calendar: { topic, full_day: false } },
      ]),
    );
    const { one, other, graph } = await twoHosts(t, {
      events: topics.map((subject) => soon({ subject })),
      teams,
    });
    const requests = [
      {},
      {},
      { dryRun: true, team: "crew-a" },
      { trial: true, to: "me@example.com", team: "crew-b" },
    ];
    const outcomes = await Promise.all(
      requests.map((request, index) => (index % 2 === 0 ? one : other).runNow(request, log)),
    );
    for (const outcome of outcomes) assert.match(outcome.kind, /^(?:ran|already_running)$/);
    // A trial is a pass, too: whoever came by while it was made left its team alone.
    await one.runNow({}, log);
    const { sent } = graph.mailbox(COACH);
    const notices = sent.filter(({ to }) => to[0]?.address === "host@example.org");
    assert.equal(notices.length, 20);
    assert.ok((graph.stats.maxInFlight.get(COACH) ?? 0) <= 4);
  });
});
