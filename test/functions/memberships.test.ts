import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import type { Run } from "../../shared/membership/run.ts";
import { aHeldSpace, mailsOf } from "../membership/held-space.ts";
import { ME, type MembershipWorld, SPACE } from "../worlds/membership-world.ts";
import { type AppHost, HOST_KEY, startApp } from "./whole-app.ts";

const KEY = { "x-functions-key": HOST_KEY };
const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

interface Membership extends AppHost {
  world: MembershipWorld;
  ask(method: string, route: string, body?: string, headers?: Record<string, string>): Promise<Response>;
}

/** The whole app between the emulators, with a space whose plan is held. */
async function anApp(t: TestContext, settings: Record<string, string> = {}): Promise<Membership> {
  // The host has the machine's own clock.
  const world = await aHeldSpace(t, { now: new Date().toISOString() });
  const app = await startApp(t, { ...world.env, ...settings });
  return {
    ...app,
    world,
    ask: (method, route, body, headers = KEY) =>
      fetch(`${app.host.url}/api/${route}`, { method, headers, ...(body === undefined ? {} : { body }) }),
  };
}

async function detailOf(answer: Response): Promise<string> {
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  return ((await answer.json()) as { detail: string }).detail;
}

suite("the routes of the spaces", () => {
  test("hold, show, apply and take back a plan, and nothing secret is in the log", async (t) => {
    const app = await anApp(t);
    const held = await app.ask("POST", "memberships/sync");
    assert.equal(held.status, 202);
    assert.equal(held.headers.get("cache-control"), "no-store");
    const [run] = ((await held.json()) as { runs: Run[] }).runs;
    assert.deepEqual([run?.status, run?.warnings], ["held", []]);
    const link = /https:\/\/\S+/.exec(mailsOf(app.world)[0]?.text ?? "")?.[0] ?? "";
    const route = link.slice("https://rollcall.example/api/".length);

    const page = await app.ask("GET", route, undefined, BROWSER);
    assert.deepEqual([page.status, page.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
    assert.match(
      page.headers.get("content-security-policy") ?? "",
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
    );
    assert.deepEqual(
      ["cache-control", "referrer-policy", "x-content-type-options", "x-frame-options"].map((name) =>
        page.headers.get(name),
      ),
      ["no-store", "no-referrer", "nosniff", "DENY"],
    );
    assert.match(
      await page.text(),
      /<form method="post"><button>Do it: remove 3 people, add 1 person<\/button>/,
    );
    for (const method of ["HEAD", "GET", "HEAD"]) {
      const { status } = await app.ask(method, route, undefined, {});
      assert.equal(status, 200, method);
    }
    const shown = (await (await app.ask("GET", route, undefined, {})).json()) as Run;
    assert.deepEqual([shown.hash, shown.counts], [run?.hash, { add: 1, remove: 3, keep: 1 }]);
    assert.deepEqual(app.world.changes(), []);
    assert.equal((await app.ask("PUT", route, "", {})).status, 404);

    // As a browser sends the form, which knows no referrer.
    const form = { ...BROWSER, origin: "null", "content-type": "application/x-www-form-urlencoded" };
    const done = await app.ask("POST", route, "", form);
    assert.equal(done.status, 200);
    assert.match(await done.text(), /<h1>Done<\/h1>/);
    assert.deepEqual(app.world.members(), [ME, "eve@example.org"]);
    const again = await app.ask("POST", route, "", form);
    assert.deepEqual([again.status, again.headers.get("cache-control")], [409, "no-store"]);
    assert.match(await detailOf(await app.ask("POST", route, "", {})), /Nothing more was done/);

    const list = await app.ask("GET", `memberships/runs?space=${SPACE}&batch=&limit=1`);
    const [applied] = ((await list.json()) as { runs: Run[] }).runs;
    const undo = await app.ask("POST", "memberships/undo", JSON.stringify({ runId: applied?.runId }));
    assert.equal(undo.status, 200);
    assert.equal(app.world.members().length, 4);
    const twice = await app.ask("POST", "memberships/undo", JSON.stringify({ runId: applied?.runId }));
    assert.deepEqual([twice.status, /taken back already/.test(await detailOf(twice))], [409, true]);

    const secrets = [route.split("/").at(-1) ?? "", HOST_KEY, "s3cret", "example.org"];
    for (const { message } of app.log.entries) {
      for (const secret of secrets) assert.ok(!message.includes(secret), message);
    }
  });

  test("refuse what they cannot take, with a problem that says why", async (t) => {
    const app = await anApp(t);
    const refused: [
      method: string,
      route: string,
      body: string | undefined,
      status: number,
      detail: RegExp,
    ][] = [
      ["POST", "memberships/sync", "{", 400, /not valid JSON/],
      ["POST", "memberships/sync", "[]", 400, /expected object/],
      ["POST", "memberships/sync", '{"spaces":1}', 400, /spaces/],
      ["POST", "memberships/sync", '{"space":"nobody"}', 404, /The spaces in .* are: all-hands/],
      ["POST", "memberships/sync", `{"force":"${"0".repeat(64)}"}`, 409, /No plan of this hash waits/],
      ["POST", "memberships/sync", `{"space":"${"x".repeat(1024 * 1024)}"}`, 413, /larger than 1 MiB/],
      ["POST", "memberships/undo", undefined, 400, /runId/],
      [
        "POST",
        "memberships/undo",
        '{"runId":"00000000-0000-4000-8000-000000000000"}',
        404,
        /There is no run/,
      ],
      ["GET", "memberships/runs?limit=0", undefined, 400, /limit/],
      ["GET", "memberships/runs?team=x", undefined, 400, /team/],
      ["GET", "approvals/abc", undefined, 404, /as it stands in the mail/],
      ["POST", "approvals/abc", undefined, 404, /as it stands in the mail/],
      ["GET", `approvals/${"A".repeat(8000)}`, undefined, 404, /as it stands in the mail/],
    ];
    for (const [method, route, body, status, detail] of refused) {
      const answer = await app.ask(method, route, body);
      assert.equal(answer.status, status, `${method} ${route.slice(0, 60)}`);
      assert.match(await detailOf(answer), detail);
    }
    assert.deepEqual(app.world.webex.exchanges, []);
  });

  test("take the function key, all but approvals", async (t) => {
    const app = await anApp(t);
    for (const [method, route] of [
      ["POST", "memberships/sync"],
      ["GET", "memberships/runs"],
      ["POST", "memberships/undo"],
    ] as const) {
      assert.equal((await app.ask(method, route, undefined, {})).status, 401, route);
    }
    assert.equal((await app.ask("GET", "approvals/abc", undefined, {})).status, 404);
  });

  test("say which setting is missing when there is none for Webex, and there is no timer then", async (t) => {
    const app = await anApp(t, { WEBEX_CLIENT_ID: "" });
    for (const [method, route] of [
      ["POST", "memberships/sync"],
      ["GET", "memberships/runs"],
      ["POST", "memberships/undo"],
      ["GET", "approvals/abc"],
      ["POST", "approvals/abc"],
    ] as const) {
      const answer = await app.ask(method, route);
      assert.equal(answer.status, 503, route);
      assert.match(await detailOf(answer), /Not configured: membership\. Set WEBEX_CLIENT_ID, then restart/);
    }
    const page = await app.ask("GET", "approvals/abc", undefined, BROWSER);
    assert.match(await page.text(), /Rollcall is not ready for this.*Set WEBEX_CLIENT_ID/s);
    assert.ok(
      app.host.functions.every(({ name }) => name !== "membership-sync" && name !== "membership-worker"),
    );
  });
});

test("the timer has every space synced by the worker, through the real queue", async (t) => {
  const app = await anApp(t);
  const timer = app.host.functions.find(({ name }) => name === "membership-sync");
  assert.ok(timer?.trigger === "timer");
  assert.equal(timer.schedule.expression, "0 30 4 * * *");
  await app.host.fire("membership-sync");
  await app.log.said(/ROLLCALL_SYNC_HELD space all-hands: held/);
  assert.equal(mailsOf(app.world).length, 1);
});
