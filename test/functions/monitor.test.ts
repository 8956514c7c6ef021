import assert from "node:assert/strict";
import { after, test, type TestContext } from "node:test";
import fc from "fast-check";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { ADA, type AbsenceWorld, anAbsenceWorld, BLAISE, MEDIATOR_TOKEN } from "../worlds/absence-world.ts";
import { type AppHost, HOST_KEY, startApp } from "./whole-app.ts";

const azurite = await startAzurite();
after(() => azurite.close());

const NEVER = "0 0 0 1 1 *";
const MASTER_KEY = "the-master-key";

interface MonitoringApp extends AppHost {
  world: AbsenceWorld;
  post(route: string, body: string, headers?: Record<string, string>): Promise<Response>;
}

/** The whole app between emulators; only its storage account is another than the world's. */
async function anApp(t: TestContext): Promise<MonitoringApp> {
  const world = await anAbsenceWorld(t);
  const settings = { ABSENCE_SCHEDULE: NEVER, REGISTRATION_SCHEDULE: NEVER };
  const env = { ...world.env, ...settings, AzureWebJobsStorage: azurite.connectionString };
  const app = await startApp(t, env);
  return {
    ...app,
    world,
    post: (route, body, headers = {}) =>
      fetch(`${app.host.url}/api/${route}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
      }),
  };
}

function request(email: string, status: unknown = "True"): string {
  return JSON.stringify({ email, status });
}

test("without its settings every route of the monitor says which are missing", async (t) => {
  const { get, host } = await startApp(t, { AzureWebJobsStorage: azurite.connectionString });
  for (const route of ["monitor", "monitor/sync", "monitor/away.ics"]) {
    const answer = await get(route);
    assert.equal(answer.status, 503);
    const { detail } = (await answer.json()) as { detail: string };
    assert.match(detail, /MICROSOFT_CLIENT_ID and MICROSOFT_APP_TENANT and MEDIATOR_URL/u);
  }
  const hook = await fetch(`${host.url}/api/hooks/any/monitor`, { method: "POST", body: "{}" });
  assert.equal(hook.status, 503);
});

test("the mediator registers its users through the hook, and the timer tells it how they are", async (t) => {
  const { world, host, log, get } = await anApp(t);
  const { mediator } = world;
  mediator.settings.monitorUrl = `${host.url}/api/hooks/${MEDIATOR_TOKEN}`;
  world.setReplies(ADA, { status: "alwaysEnabled", externalReplyMessage: "<p>Away &amp; happy</p>" });
  mediator.faults.add({ kind: "status", status: 500, path: "/api/setup" });
  const broken = await get("monitor/sync");
  assert.deepEqual(
    [
      broken.status,
      broken.headers.get("content-type"),
      ((await broken.json()) as { reachable: boolean }).reachable,
    ],
    [502, "application/problem+json", true],
  );
  const synced = await get("monitor/sync");
  assert.deepEqual(
    [synced.status, ((await synced.json()) as { synchronized: boolean }).synchronized],
    [200, true],
  );
  assert.deepEqual(
    mediator.registrations.map(({ answered, text }) => [answered, text]),
    [ADA, BLAISE].map((email) => [200, `<h1>You would like to monitor ${email} True</h1>`]),
  );
  const fired = await fetch(`${host.url}/admin/functions/absence-watch`, {
    method: "POST",
    headers: { "x-functions-key": MASTER_KEY, "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(fired.status, 202);
  // What was seen of everybody is saved while the mediator is told.
  await log.said(/^Executed 'Functions\.absence-watch' \(Succeeded/);
  assert.deepEqual(world.greetings().sort(), [`False ${BLAISE}`, `True ${ADA}: Away & happy`]);
  const { users } = (await (await get("monitor")).json()) as { users: { email: string; state: string }[] };
  assert.deepEqual(
    users.map(({ email, state }) => `${email} ${state}`),
    [`${ADA} away`, `${BLAISE} not away`],
  );
  const calendar = await get("monitor/away.ics");
  assert.equal(calendar.headers.get("content-type"), "text/calendar; charset=utf-8");
  assert.match(await calendar.text(), /SUMMARY:ada@contoso\.example is away/u);
  const health = (await (await get("health/detail")).json()) as { parts: Record<string, { detail: string }> };
  assert.match(health.parts["absence"]?.detail ?? "", /^2 users are watched/u);
});

test("what is no request is refused with a clear 4xx, whatever it is, and nobody is let in", async (t) => {
  const { world, post, get } = await anApp(t);
  const key = { "x-functions-key": HOST_KEY };
  assert.equal((await post("monitor", request(ADA))).status, 401);
  assert.equal((await post("monitor", request(ADA), { "x-functions-key": "wrong" })).status, 401);
  assert.equal((await get("monitor", {})).status, 401);
  for (const token of [
    "wrong",
    MEDIATOR_TOKEN.slice(0, -1),
    `${MEDIATOR_TOKEN}x`,
    "%00",
    "..",
    "x".repeat(5000),
  ]) {
    const answer = await post(`hooks/${token}/monitor`, request(ADA));
    assert.ok([400, 401, 404, 414, 431].includes(answer.status), `${token.slice(0, 30)}: ${answer.status}`);
    assert.doesNotMatch(await answer.text(), new RegExp(MEDIATOR_TOKEN, "u"));
  }
  const refused: [body: string, type: string, result: string][] = [
    [request(ADA), "text/plain", "Not JSON"],
    ["", "application/json", "Invalid JSON"],
    ["{", "application/json", "Invalid JSON"],
    [request(ADA, "Maybe"), "application/json", "Invalid JSON"],
    [request("a\r\nX-Injected: 1@contoso.example"), "application/json", "Invalid JSON"],
    [request("x".repeat(1024 * 1024)), "application/json", "Invalid JSON"],
  ];
  for (const [body, type, result] of refused) {
    const answer = await post("monitor", body, { ...key, "content-type": type });
    assert.deepEqual([answer.status, await answer.json()], [400, { result }]);
  }
  const missing = await post("monitor", request("<script>@contoso.example"), key);
  assert.equal(missing.status, 404);
  assert.doesNotMatch(await missing.text(), /<script>/u);
  const json = await post("monitor", request(ADA, true), { ...key, accept: "application/json" });
  assert.deepEqual([json.status, await json.json()], [200, { result: "True", email: ADA, status: "True" }]);

  const asked = world.graph.exchanges.length;
  const seed = Date.now();
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: "binary" }), fc.json()), async (body) => {
      const { status } = await post(`hooks/${MEDIATOR_TOKEN}/monitor`, body);
      assert.equal(status, 400);
    }),
    { seed, numRuns: 200 },
  );
  assert.equal(world.graph.exchanges.length, asked);
  const { users } = (await (await get("monitor")).json()) as { users: { email: string }[] };
  assert.ok(users.every(({ email }) => [ADA, BLAISE].includes(email)));
});
