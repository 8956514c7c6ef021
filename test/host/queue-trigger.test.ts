import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import type { TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { buildFixture, LogBook } from "./fixture-host.ts";
import { startQueueWorld } from "./queue-world.ts";

const world = await startQueueWorld();
after(() => world.close());

const SECOND = "00:00:01";

test("a message starts the function, which gets its JSON parsed and what the service says of it, and is gone then", async (t) => {
  await world.queue("plain").send({ team: "mantabots" });
  const { log } = await world.start(t, "plain");
  const { message } = await log.said(/^ends/);
  assert.match(message, /^ends \{"team":"mantabots"\} \{/);
  const metadata = JSON.parse(message.slice('ends {"team":"mantabots"} '.length)) as Record<string, unknown>;
  assert.equal(metadata["dequeueCount"], 1);
  assert.deepEqual(metadata["queueTrigger"], { team: "mantabots" });
  assert.match(String(metadata["expirationTime"]), /^9999-12-31T/);
  await log.said(/^Executing 'Functions\.work' \(Reason='New queue message detected on 'plain'\.'/);
  await log.said(/^Trigger Details: MessageId: [\da-f-]+, DequeueCount: 1, InsertedOn: 20/);
  await world.holds("plain", 0);
  assert.equal(log.count(/^begins/), 1);
});

test("a queue that is not there yet is waited for, and not made", async (t) => {
  const { log } = await world.start(t, "later");
  await log.said(/on queue 'later' failed\. Polling will resume/, 2);
  await world.queue("later").send("at last");
  await log.said(/^ends "at last"/);
});

test("a message that failed comes back after visibilityTimeout, counted, and is put aside after maxDequeueCount", async (t) => {
  const sentAt = Date.now();
  await world.queue("failing").send({ how: "fail" });
  const { log } = await world.start(t, "failing", { maxDequeueCount: 2, visibilityTimeout: SECOND });
  await log.said(/DequeueCount: 2/);
  assert.ok(Date.now() - sentAt >= 1000);
  const { level } = await log.said(
    /^Message has reached MaxDequeueCount of 2\. Moving message to queue 'failing-poison'\.$/,
  );
  assert.equal(level, "warning");
  await world.holds("failing", 0);
  assert.deepEqual(await world.visibleIn("failing-poison"), ['{"how":"fail"}']);
  assert.equal(log.count(/^begins/), 2);
});

test("five tries are the usual, and what fails beside others stops none of them", async (t) => {
  await world.queue("five").send({ how: "fail" });
  await world.queue("five").send("well");
  const { log } = await world.start(t, "five");
  await log.said(/^ends "well"/);
  await log.said(/MaxDequeueCount of 5\. Moving message to queue 'five-poison'/);
  assert.equal(log.count(/^begins \{"how":"fail"\}/), 5);
  await world.holds("five", 0);
});

test("what is no base64 is put aside as it is, unread", async (t) => {
  const queue = await world.storage.queue("encoded");
  for (const text of ['{"team":"mantabots"}', "äöü", "abc"]) await queue.sendMessage(text);
  const { log } = await world.start(t, "encoded");
  await log.said(/Moving message to queue 'encoded-poison'/, 3);
  await world.holds("encoded", 0);
  assert.deepEqual((await world.visibleIn("encoded-poison")).sort(), ["abc", '{"team":"mantabots"}', "äöü"]);
  assert.equal(log.count(/^begins/), 0);
});

test("with the message encoding none, text is taken as it is", async (t) => {
  await (await world.storage.queue("raw")).sendMessage('{"team":"mantabots"}');
  const { log } = await world.start(t, "raw", { messageEncoding: "none" });
  await log.said(/^ends \{"team":"mantabots"\}/);
});

test("batchSize messages are taken at once, and more when newBatchThreshold are left: never more than both", async (t) => {
  const queue = world.queue("many");
  await Promise.all(Array.from({ length: 50 }, (_, number) => queue.send({ number, how: "wait" })));
  const { log, fetch } = await world.start(t, "many", { batchSize: 4, newBatchThreshold: 2 });
  await log.said(/^begins/, 4);
  await fetch("/api/release");
  await log.said(/^ends/, 1);
  await fetch("/api/release");
  await log.said(/^begins/, 8);
  assert.equal(log.count(/^ends/), 2);
  await fetch("/api/release?all");
  await world.holds("many", 0);
  assert.equal(log.count(/^ends/), 50);
  const numbers = log.entries.flatMap(({ message }) => /^ends \{"number":(\d+)/.exec(message)?.[1] ?? []);
  assert.equal(new Set(numbers).size, 50);
  const most = log.entries.map(({ message }) => Number(/^begins.*, (\d+) run/.exec(message)?.[1] ?? 0));
  assert.equal(Math.max(...most), 6);
});

test("a message is kept invisible while its function works, however long", async (t) => {
  const settings = { queueInvisibilityMs: 1000 };
  await world.queue("long").send({ how: "wait" });
  const { log, fetch } = await world.start(t, "long", {}, settings);
  await log.said(/^begins/);
  const other = await world.start(t, "long", {}, settings);
  await setTimeout(2200);
  await fetch("/api/release");
  await world.holds("long", 0);
  assert.deepEqual([log.count(/^begins/), other.log.count(/^begins/)], [1, 0]);
});

test("a message whose function takes too long is tried again, on an app that was loaded anew", async (t) => {
  await world.queue("slow").send({ how: "wait" });
  // Pauses between polls pass by themselves; the timeout does not.
  const clock = fakeClock("2026-11-03T04:00:00Z", { auto: 1000 });
  const { log, fetch } = await world.start(
    t,
    "slow",
    {},
    { clock, hostJson: { functionTimeout: "00:00:30" } },
  );
  await log.said(/^begins/);
  await clock.advance(60_000);
  await log.said(/^Timeout value of 00:00:30 exceeded/);
  await log.said(/DequeueCount: 2/);
  await log.said(/^begins/, 2);
  await fetch("/api/release");
  await log.said(/^ends/);
  await world.holds("slow", 0);
});

test("a message under which the app ends is tried again", async (t) => {
  await world.queue("exiting").send({ how: "exit" });
  const { log } = await world.start(t, "exiting", { maxDequeueCount: 2 });
  await log.said(/Moving message to queue 'exiting-poison'/);
  assert.equal(log.count(/^begins/), 2);
});

test("a host that is closed lets a message's function end, and takes no other", async (t) => {
  await world.queue("closing").send({ how: "in a moment" });
  const { host, log } = await world.start(t, "closing");
  await log.said(/^begins/);
  await host.close();
  await log.said(/^ends/);
  await world.holds("closing", 0);
  await world.queue("closing").send("too late");
  assert.deepEqual(await world.visibleIn("closing"), ['"too late"']);
});

test("a message whose function does not end with its host counts as failed, and is seen again", async (t) => {
  await world.queue("stuck").send({ how: "wait" });
  const { host, log } = await world.start(t, "stuck");
  await log.said(/^begins/);
  await host.close();
  await log.said(/^Executed 'Functions\.work' \(Failed/);
  assert.deepEqual(await world.visibleIn("stuck"), ['{"how":"wait"}']);
});

test("what a killed host had taken, another gets when the invisibility ends", async (t) => {
  await world.queue("killed").send({ how: "wait" });
  const killed = await startProcess(t, "killed");
  await killed.said(/^begins \{"how":"wait"\}/);
  killed.kill();
  const { log, fetch } = await world.start(t, "killed");
  await log.said(/DequeueCount: 2/);
  await log.said(/^begins/);
  await fetch("/api/release");
  await log.said(/^ends/);
  await world.holds("killed", 0);
});

test("a storage account that is away is asked again, and keeps no host from ending", async (t) => {
  const own = await startAzurite();
  const env = { FIXTURE_QUEUE: "away", FixtureStorage: own.connectionString };
  await own.close();
  const { host, log } = await world.start(t, "away", {}, { env });
  const { level } = await log.said(/on queue 'away' failed\. Polling will resume.*ECONNREFUSED/, 2);
  assert.equal(level, "error");
  const closedAt = Date.now();
  await host.close();
  assert.ok(Date.now() - closedAt < 4000);
});

test("a function whose connection is not set is listed, and says why it gets no messages", async (t) => {
  const { host, log } = await world.start(t, "unset", {}, { env: { FIXTURE_QUEUE: "unset" } });
  assert.ok(host.functions.some(({ name }) => name === "work"));
  await log.said(
    /^The listener for function 'Functions\.work' was unable to start\. Storage account connection string 'FixtureStorage' does not exist/,
  );
});

test("the connection may be named without AzureWebJobs before it", async (t) => {
  await world.queue("prefixed").send("well");
  const { FixtureStorage, ...env } = world.envOf("prefixed");
  const { log } = await world.start(
    t,
    "prefixed",
    {},
    { env: { ...env, AzureWebJobsFixtureStorage: FixtureStorage } },
  );
  await log.said(/^ends "well"/);
});

test("a queue function without an extension bundle, or with a name that no queue can have, is in error", async (t) => {
  const bundleless = await world.start(t, "none", {}, { hostJson: { extensionBundle: undefined } });
  assert.match(bundleless.host.errors[0]?.message ?? "", /'queueTrigger' are not registered/);
  const misnamed = await world.start(t, "two--hyphens");
  assert.match(misnamed.host.errors[0]?.message ?? "", /A queue name has 3 to 63 letters/);
});

interface HostProcess {
  said: LogBook["said"];
  kill: () => void;
}

/** A host in a process of its own, with an invisibility of one second. */
async function startProcess(t: TestContext, name: string): Promise<HostProcess> {
  const script = fileURLToPath(new URL("queue-host.ts", import.meta.url));
  const appRoot = await buildFixture(t, "queues");
  const child = spawn(process.execPath, [script, appRoot, "1000"], {
    env: { PATH: process.env["PATH"], ...world.envOf(name) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  t.after(async () => {
    kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  const log = new LogBook();
  createInterface(child.stdout).on("line", (message) =>
    log.write({ level: "information", category: "", message }),
  );
  return { said: (pattern, nth) => log.said(pattern, nth), kill };
}
