import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { fakeClock } from "../fakes/fake-clock.ts";
import { HOST_KEY, MASTER_KEY, startFixture } from "./fixture-host.ts";
import type { FixtureHost } from "./fixture-host.ts";

const json = { "content-type": "application/json" };
const master = { "x-functions-key": MASTER_KEY };

/** The app of timers, one of which cannot be indexed because its setting is missing. */
function startAdministered(t: TestContext): Promise<FixtureHost> {
  return startFixture(t, "triggers", {
    env: { FIXTURE_QUEUE: "fixtures" },
    clock: fakeClock("2026-11-03T12:00:00Z"),
  });
}

test("an operator fires a timer with the master key, and is not kept waiting", async (t) => {
  const { fetch, log } = await startAdministered(t);
  const response = await fetch("/admin/functions/daily", {
    method: "POST",
    headers: { ...master, ...json },
    body: "{}",
  });
  assert.deepEqual([response.status, await response.text()], [202, ""]);
  await log.said(/^Executed 'Functions\.daily' \(Succeeded/);
  assert.equal(
    (
      await fetch(`/admin/functions/DAILY?code=${MASTER_KEY}`, {
        method: "POST",
        headers: json,
        body: '{"input":""}',
      })
    ).status,
    202,
  );
});

test("the input is passed to a queue function as its message", async (t) => {
  const { fetch, log } = await startAdministered(t);
  const body = JSON.stringify({ input: JSON.stringify({ team: "mantabots" }) });
  await fetch("/admin/functions/queued", { method: "POST", headers: { ...master, ...json }, body });
  assert.match((await log.said(/^queued/)).message, /\{"team":"mantabots"\}/);
});

test("a function that fails is still a 202: the failure is in the log", async (t) => {
  const { fetch, log } = await startFixture(t, "triggers", {
    env: { FIXTURE_QUEUE: "fixtures", FIXTURE_SCHEDULE: "0 0 0 1 1 *" },
    clock: fakeClock("2026-11-03T12:00:00Z"),
  });
  const init = { method: "POST", headers: { ...master, ...json }, body: "{}" };
  assert.equal((await fetch("/admin/functions/by-setting", init)).status, 202);
  await log.said(/^Executed 'Functions\.by-setting' \(Failed/);
});

/** A method, a path, headers, a body, and the status. */
const REFUSALS: [string, string, Record<string, string>, string | undefined, number][] = [
  ["POST", "/admin/functions/daily", json, "{}", 401],
  ["POST", "/admin/functions/daily", { ...json, "x-functions-key": HOST_KEY }, "{}", 401],
  ["POST", "/admin/functions/unknown", { ...json, "x-functions-key": "wrong" }, "{}", 401],
  ["GET", "/admin/host/status", {}, undefined, 401],
  ["GET", "/ADMIN/anything", {}, undefined, 401],
  ["POST", "/admin/functions/unknown", { ...master, ...json }, "{}", 404],
  ["POST", "/admin/functions/by-setting", { ...master, ...json }, "{}", 404],
  ["POST", "/admin/functions/daily", master, undefined, 415],
  ["POST", "/admin/functions/daily", { ...master, ...json }, "not json", 400],
  ["POST", "/admin/functions/daily", { ...master, ...json }, '{"input":{}}', 400],
  ["POST", "/admin/functions/plain", { ...master, ...json }, "{}", 400],
  ["DELETE", "/admin/functions/daily", master, undefined, 404],
  ["GET", "/admin/functions/daily/more/still", master, undefined, 404],
  ["GET", "/admin/vfs", master, undefined, 404],
];

test("whoever has no master key, or asks for what is not there, is refused", async (t) => {
  const { fetch } = await startAdministered(t);
  for (const [method, path, headers, body, status] of REFUSALS) {
    const response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body }) });
    assert.equal(response.status, status, `${method} ${path} ${body ?? ""}`);
  }
});

test("the host tells its state, its functions, and what is wrong with one", async (t) => {
  const { fetch, host } = await startAdministered(t);
  const get = async (path: string): Promise<unknown> => (await fetch(path, { headers: master })).json();
  assert.equal(((await get("/admin/host/status")) as { state: string }).state, "Running");
  const list = (await get("/admin/functions")) as { name: string; invoke_url_template?: string }[];
  assert.deepEqual(
    list.map(({ name }) => name),
    ["at-start", "daily", "plain", "queued", "by-setting"],
  );
  assert.equal(list.find(({ name }) => name === "plain")?.invoke_url_template, `${host.url}/api/plain`);
  const one = (await get("/admin/functions/daily")) as { config: { bindings: unknown } };
  assert.deepEqual(one.config.bindings, [{ type: "timerTrigger", schedule: "0 0 4 * * *" }]);
  assert.deepEqual(await get("/admin/functions/daily/status"), {});
  assert.match(
    JSON.stringify(await get("/admin/functions/by-setting/status")),
    /FIXTURE_SCHEDULE is not set/,
  );
});
