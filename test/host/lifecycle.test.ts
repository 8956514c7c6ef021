import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { startHost } from "../../infra/local/host/host.ts";
import type { Host } from "../../infra/local/host/host.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { buildFixture, HOST_KEY, LogBook, MASTER_KEY, startFixture } from "./fixture-host.ts";

function start(appRoot: string, log = new LogBook()): Promise<Host> {
  return startHost({ appRoot, port: 0, hostKey: HOST_KEY, masterKey: MASTER_KEY, env: {}, log: log.write });
}

test("an entry file that throws takes every function down, and its error says where", async (t) => {
  const appRoot = await buildFixture(t, "broken");
  await assert.rejects(start(appRoot), (error: Error) => {
    assert.equal(error.name, "AppLoadError");
    assert.equal(
      error.message,
      'Worker was unable to load entry point "main.js": the entry file cannot be loaded',
    );
    assert.match(error.stack ?? "", /main\.js:\d+/);
    return true;
  });
});

test("an entry file that is not there is named", async (t) => {
  const appRoot = await buildFixture(t, "broken");
  await writeFile(join(appRoot, "package.json"), '{"main":"dist/other.js"}');
  await assert.rejects(start(appRoot), /"dist\/other\.js": File does not exist/);
  await writeFile(join(appRoot, "package.json"), "{}");
  await assert.rejects(start(appRoot), /does not name the app's entry file in "main"/);
});

test("host.json is needed, and its mistakes are named", async (t) => {
  const appRoot = await buildFixture(t, "routes", { hostJson: { functionTimeout: "ten minutes" } });
  await assert.rejects(start(appRoot), { name: "HostJsonError", message: /functionTimeout/ });
  await writeFile(join(appRoot, "host.json"), "no json");
  await assert.rejects(start(appRoot), { name: "HostJsonError", message: /could not be read/ });
});

test("an app that asks for HTTP streams is refused", async (t) => {
  const appRoot = await buildFixture(t, "streams");
  await assert.rejects(start(appRoot), /enableHttpStream: true .*the local host does not have/);
});

test("a route that cannot be read keeps the host from starting", async (t) => {
  const appRoot = await buildFixture(t, "bad-route");
  await assert.rejects(start(appRoot), /function 'typo': The route constraint 'itn'/);
});

test("a function registered after the app has loaded is refused", async (t) => {
  const { fetch, log } = await startFixture(t, "late");
  assert.equal((await fetch("/api/early")).status, 500);
  assert.match(
    (await log.said(/^Executed 'Functions\.early' \(Failed/)).message,
    /A function can only be registered during app startup\./,
  );
  assert.equal((await fetch("/api/late")).status, 404);
});

test("a function in error stays out, with a line that says why, and the others run", async (t) => {
  const { host, fetch, log } = await startFixture(t, "in-error");
  assert.deepEqual(
    host.functions.map(({ name }) => name),
    ["same-route-1", "well"],
  );
  const reasons: [string, RegExp][] = [
    ["1-digit-first", /not a valid function name/],
    ["no-cron", /hour field, '24' is not a value/],
    ["no-setting", /'%UNSET_SCHEDULE%' does not resolve to a value/],
    ["other-output", /no binding 'queue' \(out\)/],
    ["other-trigger", /no 'serviceBusTrigger'/],
    ["reserved-admin", /conflicts with one or more built in routes/],
    ["reserved-runtime", /conflicts with one or more built in routes/],
    ["retried", /no retry policies/],
    ["same-route-2", /conflicts with the route defined by function 'same-route-1'/],
    ["span", /has 1 fields/],
  ];
  assert.deepEqual(
    host.errors.map(({ name }) => name),
    reasons.map(([name]) => name),
  );
  for (const [name, reason] of reasons) {
    const { level, message } = await log.said(new RegExp(`^The '${name}' function is in error: `));
    assert.equal(level, "error");
    assert.match(message, reason);
  }
  assert.equal((await fetch("/api/well")).status, 200);
  assert.equal((await fetch("/api/administration")).status, 404);
});

test("hooks see, replace and rescue what they may", async (t) => {
  const { host, fetch, log } = await startFixture(t, "hooks");
  assert.equal(await (await fetch("/api/greeting")).text(), "replaced");
  assert.equal(await (await fetch("/api/rescued")).text(), "rescued");
  assert.equal(log.count(/^Executed .*Failed/), 0);
  await host.close();
  await log.said(/^terminated, knowing of invocations$/);
});

async function startMisbehaving(t: TestContext, functionTimeout: string) {
  const clock = fakeClock("2026-11-03T12:00:00Z");
  return { clock, ...(await startFixture(t, "misbehaving", { clock, hostJson: { functionTimeout } })) };
}

for (const name of ["never", "spins"]) {
  test(`a function that ${name === "never" ? "never answers" : "never yields"} is ended at functionTimeout, and the app is loaded anew`, async (t) => {
    const { clock, fetch, log } = await startMisbehaving(t, "00:00:30");
    const pending = fetch(`/api/${name}`);
    await clock.asleep(30_000);
    await clock.advance(30_000);
    const response = await pending;
    assert.deepEqual([response.status, await response.text()], [500, ""]);
    const timeout = await log.said(/^Timeout value of 00:00:30 exceeded by function 'Functions\./);
    assert.equal(timeout.level, "error");
    await log.said(/^Executed 'Functions\.\w+' \(Failed, Id=[\da-f-]+, Duration=30000ms\)/);
    assert.equal(await (await fetch("/api/well")).text(), "well");
  });
}

test("what ran beside a function that timed out fails with it", async (t) => {
  const { clock, fetch } = await startMisbehaving(t, "00:00:30");
  const first = fetch("/api/never");
  await clock.asleep(30_000);
  await clock.advance(10_000);
  const second = fetch("/api/never");
  while (clock.sleeps.length < 2) await new Promise(setImmediate);
  await clock.advance(20_000);
  assert.deepEqual([(await first).status, (await second).status], [500, 500]);
});

test("a function without a timeout is never ended by the host", async (t) => {
  const { clock, fetch } = await startMisbehaving(t, "-1");
  assert.equal((await fetch("/api/well")).status, 200);
  assert.deepEqual(clock.sleeps, []);
});

test("an app that exits or crashes fails what runs and is loaded again, up to three times", async (t) => {
  const { fetch, log } = await startMisbehaving(t, "-1");
  assert.equal((await fetch("/api/exits")).status, 500);
  await log.said(/The app called process\.exit\(7\)/);
  assert.equal((await fetch("/api/well")).status, 200);
  for (const nth of [1, 2]) {
    assert.equal(await (await fetch("/api/crashes-later")).text(), "answered");
    await log.said(/thrown when nobody was listening/, nth);
  }
  assert.equal((await fetch("/api/well")).status, 200);
  assert.equal((await fetch("/api/exits")).status, 500);
  await log.said(/has ended 4 times and is not started again/);
  assert.equal((await fetch("/api/well")).status, 500);
});
