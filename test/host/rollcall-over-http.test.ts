import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { QueueClient } from "@azure/storage-queue";
import { startHost } from "../../infra/local/host/host.ts";
import type { Run } from "../../shared/registration/run.ts";
import { systemClock } from "../../shared/clock.ts";
import { aStage, type Stage, type StageSeed } from "../worlds/registration-stage.ts";
import { NOW, soon } from "../worlds/seeds.ts";
import { COACH, SENDER, SENT_FOLDER } from "../worlds/services.ts";
import { HOST_KEY, LogBook, MASTER_KEY } from "./fixture-host.ts";

// The app as it is deployed, on the machine's own clock: whatever day it is, the session is an hour away.

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const RUN = "/api/registrations/run";
const RUNS = "/api/registrations/runs";
const TEAM = { calendar: { full_day: false } };

interface App {
  log: LogBook;
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs with the key; a text is sent as it is. */
  post(path: string, body?: unknown, key?: string): Promise<Response>;
}

/** The bundle under the local host, on these settings and no others. */
async function anApp(t: TestContext, env: Record<string, string>): Promise<App> {
  const log = new LogBook();
  const host = await startHost({
    appRoot: PROJECT,
    port: 0,
    hostKey: HOST_KEY,
    masterKey: MASTER_KEY,
    env,
    log: log.write,
    // It stands still, so that the timers do not fire by themselves; but the queue is asked in real pauses.
    clock: { now: () => new Date(NOW), sleep: systemClock.sleep },
  });
  t.after(() => host.close());
  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`${host.url}${path}`, init);
  return {
    log,
    ask,
    post: (path, body, key = HOST_KEY) =>
      ask(path, {
        method: "POST",
        headers: { "x-functions-key": key, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
  };
}

async function anAppOnStage(t: TestContext, seed: StageSeed = {}): Promise<App & { stage: Stage }> {
  const stage = await aStage(t, { events: [soon()], team: TEAM, ...seed }, systemClock);
  return { stage, ...(await anApp(t, stage.env)) };
}

async function runsOf(response: Response, status = 200): Promise<Run[]> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
  return (JSON.parse(text) as { runs: Run[] }).runs;
}

async function assertProblem(response: Response, status: number, detail: RegExp): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem = JSON.parse(text) as { title: string; status: number; detail: string };
  assert.equal(problem.status, status);
  assert.ok(problem.title);
  assert.match(problem.detail, detail);
}

test("without the key nothing is told or done, and with it in either place it is", async (t) => {
  const { ask, post, stage } = await anAppOnStage(t);
  for (const path of [RUNS, `${RUNS}?code=wrong`]) assert.equal((await ask(path)).status, 401);
  assert.equal((await ask(RUN, { method: "POST" })).status, 401);
  assert.equal((await post(RUN, {}, "wrong")).status, 401);
  assert.equal((await post("/admin/functions/registration-pass", {}, HOST_KEY)).status, 401);
  assert.equal(stage.graph.exchanges.length, 0);

  const dryRun = { method: "POST", body: JSON.stringify({ dryRun: true }) };
  await runsOf(await ask(`${RUN}?code=${HOST_KEY}`, dryRun));
  await runsOf(await post(RUN, { dryRun: true }));
  await runsOf(await ask(`${RUNS}?code=${HOST_KEY}`));
  assert.equal((await ask("/api/health")).status, 200);
});

test("a dry run shows the mail and sends nothing, a run sends it, and the history tells of the run", async (t) => {
  const { ask, post, stage } = await anAppOnStage(t);
  const sent = stage.graph.mailbox(COACH).sent;
  const [dry] = await runsOf(await post(RUN, { dryRun: true }));
  assert.match(dry?.events[0]?.mail?.text ?? "", /Students:\n- Ada Lovelace\n$/);
  assert.deepEqual([dry?.events[0]?.action, sent.length], ["would_send", 0]);

  const [run] = await runsOf(await ask(`${RUN}?code=${HOST_KEY}`, { method: "POST" }));
  assert.deepEqual([run?.status, run?.events[0]?.action, sent.length], ["ok", "sent", 1]);
  assert.equal(sent[0]?.text, dry?.events[0]?.mail?.text);
  const [again] = await runsOf(await post(RUN, { team: "robots" }));
  assert.equal(again?.events[0]?.reason, "already_registered");

  const answer = await ask(`${RUNS}?code=${HOST_KEY}&team=robots&limit=5`);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.deepEqual(await runsOf(answer), [again, run]);
});

test("the bundle mails through a team's own server and keeps the copy in the sent folder", async (t) => {
  const { post, stage } = await anAppOnStage(t, { ownSender: true });
  const [run] = await runsOf(await post(RUN));
  assert.deepEqual([run?.status, run?.warnings], ["ok", []]);
  assert.equal(stage.smtp.mails.length, 1);
  assert.equal(stage.imap.folders(SENDER.user).get(SENT_FOLDER)?.length, 1);
});

test("a trial reaches its address, the host is told afterwards, and a resend tells again", async (t) => {
  const { post, stage } = await anAppOnStage(t);
  const { sent } = stage.graph.mailbox(COACH);
  await runsOf(await post(RUN, { trial: true, to: "me@example.com" }));
  const [run] = await runsOf(await post(RUN));
  await runsOf(await post(RUN, { resend: [run?.events[0]?.eventId] }));
  assert.deepEqual(
    sent.map(({ subject, to }) => [subject.replace(/ on .*/, ""), to[0]?.address]),
    [
      ["[Trial] TestBots", "me@example.com"],
      ["TestBots", "host@example.org"],
      ["[Resent] TestBots", "host@example.org"],
    ],
  );
});

suite("a request that cannot be answered", () => {
  test("as it was sent is refused with 400 and the reason", async (t) => {
    const { ask, post, stage } = await anAppOnStage(t);
    for (const [body, detail] of [
      ["{ team", /^The body is not valid JSON\. Send a JSON object, or no body at all\.$/],
      ["[]", /expected object/],
      [{ teams: "robots" }, /"teams"/],
      [{ trial: true }, /^trial: a trial needs `to`/],
      [{ to: "nobody" }, /^to: /],
      [{ dryRun: "yes", resend: [""] }, /^dryRun: .*; resend\.0: /],
    ] as const) {
      await assertProblem(await post(RUN, body), 400, detail);
    }
    await assertProblem(await ask(`${RUNS}?code=${HOST_KEY}&limit=0`), 400, /^limit: /);
    await assertProblem(await ask(`${RUNS}?code=${HOST_KEY}&since=today`), 400, /since/);
    assert.equal(stage.graph.exchanges.length, 0);
  });

  test("because there is no such team is a 404 that lists the teams", async (t) => {
    const { post } = await anAppOnStage(t);
    await assertProblem(
      await post(RUN, { team: "sharks" }),
      404,
      /^There is no team “sharks”\..* are: robots\.$/,
    );
  });

  test("because the team's pass is running is a 409", async (t) => {
    const { post, stage } = await anAppOnStage(t);
    const locks = stage.blobs.getContainerClient("locks");
    await locks.create();
    const lock = locks.getBlockBlobClient("registration/robots");
    await lock.upload("", 0);
    await lock.getBlobLeaseClient().acquireLease(60);
    await assertProblem(await post(RUN, { team: "robots" }), 409, /^A pass of robots is running already/);
    const [busy] = await runsOf(await post(RUN), 502);
    assert.equal(busy?.error?.code, "already_running");
  });
});

test("a team that fails makes a 502 with all the reports", async (t) => {
  const { post, stage } = await anAppOnStage(t, { teams: { sharks: { calendar: { name: "Nowhere" } } } });
  const runs = await runsOf(await post(RUN), 502);
  assert.deepEqual(
    runs.map(({ team, status, error }) => [team, status, error?.code]),
    [
      ["robots", "ok", undefined],
      ["sharks", "failed", "calendar_not_found"],
    ],
  );
  assert.equal(stage.graph.mailbox(COACH).sent.length, 1);
});

suite("an app that is not configured", () => {
  test("answers 503 with the settings that are missing, has no timer, and is up all the same", async (t) => {
    const { ask, post, log } = await anApp(t, {});
    const detail = /AzureWebJobsStorage.* and MICROSOFT_CLIENT_ID/;
    await assertProblem(await post(RUN), 503, detail);
    await assertProblem(await ask(`${RUNS}?code=${HOST_KEY}`), 503, detail);
    assert.equal((await post("/admin/functions/registration-pass", {}, MASTER_KEY)).status, 404);
    assert.equal((await ask("/api/health")).status, 200);
    assert.equal(log.count(/registration is off: set AzureWebJobsStorage.* and MICROSOFT_CLIENT_ID/), 1);
  });

  for (const [says, settings, detail] of [
    ["an address that is not https", { GRAPH_URL: "http://localhost:1" }, /GRAPH_URL: must be an https URL/],
    ["no configuration folder", { CONFIG_DIR: "no/such/folder" }, /there is no folder .*no\/such\/folder/u],
    ["no vault in the cloud", { WEBSITE_HOSTNAME: "rollcall.example" }, /^KEY_VAULT_URL is not set/],
  ] as const) {
    test(`as it should be, with ${says}, answers 503 with the setting`, async (t) => {
      const settled = { AzureWebJobsStorage: "UseDevelopmentStorage=true", MICROSOFT_CLIENT_ID: "an-app" };
      const { post } = await anApp(t, { ...settled, ...settings });
      await assertProblem(await post(RUN), 503, detail);
    });
  }
});

suite("the timer, when an operator fires it", () => {
  const PASS = "/admin/functions/registration-pass";

  test("queues the pass, and the worker runs it", async (t) => {
    const { ask, post, log, stage } = await anAppOnStage(t);
    assert.equal((await post(PASS, {}, MASTER_KEY)).status, 202);
    await log.said(/^Executed 'Functions\.registration-pass' \(Succeeded/);
    await log.said(/^Executed 'Functions\.registration-worker' \(Succeeded/);
    assert.equal(log.count(/^ROLLCALL_PASS_OK team robots: ok, 1 sent \(new\)/), 1);
    assert.equal(stage.graph.mailbox(COACH).sent.length, 1);
    const [run, ...others] = await runsOf(await ask(`${RUNS}?code=${HOST_KEY}`));
    assert.deepEqual([run?.status, others], ["ok", []]);
    assert.deepEqual(await runsOf(await ask(`${RUNS}?code=${HOST_KEY}&batch=${run?.batch}`)), [run]);
  });

  test("is well when a pass is not: that is the worker's to tell, and its message is done all the same", async (t) => {
    const { post, log } = await anAppOnStage(t, { team: { calendar: { name: "Nowhere" } } });
    assert.equal((await post(PASS, {}, MASTER_KEY)).status, 202);
    await log.said(/^ROLLCALL_PASS_FAILED team robots: failed, error calendar_not_found/);
    await log.said(/^Executed 'Functions\.registration-worker' \(Succeeded/);
    assert.equal(log.count(/^Executed 'Functions\.registration-pass' \(Succeeded/), 1);
  });

  test("is recorded as failed when a team's file is wrong, and the others are run", async (t) => {
    const { post, log, stage } = await anAppOnStage(t, { teams: { sharks: "{" } });
    assert.equal((await post(PASS, {}, MASTER_KEY)).status, 202);
    const { message } = await log.said(/^Executed 'Functions\.registration-pass' \(Failed/);
    assert.match(message, /Not all passes could be queued: ROLLCALL_PASS_FAILED team sharks/);
    await log.said(/^ROLLCALL_PASS_OK team robots/);
    assert.equal(stage.graph.mailbox(COACH).sent.length, 1);
  });
});

test("the catch-up queues what the day owes, and queues it once", async (t) => {
  const { ask, post, log } = await anAppOnStage(t, { settings: { REGISTRATION_SCHEDULE: hoursAgo(2) } });
  const CATCH_UP = "/admin/functions/registration-catchup";
  assert.equal((await post(CATCH_UP, {}, MASTER_KEY)).status, 202);
  await log.said(/^Executed 'Functions\.registration-worker' \(Succeeded/);
  assert.equal((await post(CATCH_UP, {}, MASTER_KEY)).status, 202);
  await log.said(/^Executed 'Functions\.registration-catchup' \(Succeeded/, 2);
  assert.equal(log.count(/1 of 1 teams have no report/), 1);
  const [run, ...others] = await runsOf(await ask(`${RUNS}?code=${HOST_KEY}`));
  assert.match(run?.batch ?? "", /^scheduled-/);
  assert.deepEqual(others, []);
});

test("what the worker failed on five times is shown, and replayed on request", async (t) => {
  const { ask, post, stage } = await anAppOnStage(t);
  const REPLAY = "/api/registrations/replay";
  assert.equal((await post(REPLAY, { team: "robots" }, "wrong")).status, 401);
  await assertProblem(await post(REPLAY, {}), 400, /^team: /);
  await assertProblem(
    await post(REPLAY, { team: "robots" }),
    404,
    /^No message of team “robots” was put aside/,
  );

  const poison = new QueueClient(stage.connectionString, "registration-passes-poison");
  const message = {
    kind: "passes",
    version: 1,
    batch: "a-batch",
    connection: "default",
    teams: ["robots"],
    attempt: 0,
  };
  await poison.sendMessage(Buffer.from(JSON.stringify(message)).toString("base64"));
  const [run] = await runsOf(await ask(`${RUNS}?code=${HOST_KEY}`));
  assert.deepEqual([run?.team, run?.batch, run?.error?.code], ["robots", "a-batch", "platform_failed"]);
  const answer = await post(REPLAY, { team: "robots" });
  assert.deepEqual([answer.status, await answer.json()], [200, { replayed: 1 }]);
});

/** A daily schedule that was due then. */
function hoursAgo(hours: number): string {
  const due = new Date(Date.now() - hours * 3_600_000);
  return `0 ${due.getUTCMinutes()} ${due.getUTCHours()} * * *`;
}
