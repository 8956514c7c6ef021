import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, suite, test, type TestContext } from "node:test";
import * as z from "zod";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { systemClock } from "../../shared/clock.ts";
import type { ConnectionsReport } from "../../shared/connections/overview.ts";
import type { HealthReport } from "../../shared/health.ts";
import { tableLedger } from "../../shared/ledger/ledger.ts";
import { CONSENT_STATES_TABLE } from "../../shared/oauth/consent-state.ts";
import { connectionRegistry } from "../../shared/oauth/connection-registry.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { type AppHost, startApp } from "./whole-app.ts";

const azurite = await startAzurite();
after(() => azurite.close());
const storage = storageAccountFrom({ AzureWebJobsStorage: azurite.connectionString }, { clock: systemClock });

/** The app with one team, a client secret, and these settings beside. */
async function anApp(t: TestContext, settings: Record<string, string> = {}): Promise<AppHost> {
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-functions-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, "teams"));
  const team = {
    team: "MantaBots",
    mail: { to: "host@example.org", pattern: "mail.txt" },
    calendar: { name: "C" },
  };
  await writeFile(path.join(folder, "teams", "mantabots.json"), JSON.stringify(team));
  await writeFile(path.join(folder, "mail.txt"), "Subject: {{team}}\n{{date}}\n");
  const secrets = { "microsoft-client-secret": "hunter2" };
  await writeFile(path.join(folder, "secrets.json"), JSON.stringify(secrets), { mode: 0o600 });
  return startApp(t, {
    AzureWebJobsStorage: azurite.connectionString,
    CONFIG_DIR: folder,
    SECRETS_FILE: path.join(folder, "secrets.json"),
    MICROSOFT_CLIENT_ID: "11111111-2222-3333-4444-555555555555",
    PUBLIC_URL: "https://rollcall.example",
    ...settings,
  });
}

/** A connection of these days, consented for just now. */
async function connected(connection: string, days: number): Promise<void> {
  const now = new Date();
  await connectionRegistry(storage).put({
    provider: "microsoft",
    connection,
    account: "coach@example.org",
    scopes: ["User.Read"],
    obtainedAt: now,
    refreshedAt: now,
    expiresAt: new Date(now.getTime() + days * 24 * 60 * 60 * 1000),
    warnedDays: [],
  });
}

suite("GET /connections", () => {
  test("is behind the function key", async (t) => {
    const app = await anApp(t);
    assert.equal((await app.get("connections", {})).status, 401);
  });

  test("has each connection, with a link where it needs one", async (t) => {
    const app = await anApp(t, { OPERATOR_MAIL_CONNECTION: "office" });
    await connected("sharks", 90);
    const answer = await app.get("connections");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const report = (await answer.json()) as ConnectionsReport;
    const rows = report.connections.map(({ connection, state, daysLeft }) => [connection, state, daysLeft]);
    assert.deepEqual(rows, [
      ["default", "not_connected", undefined],
      ["office", "not_connected", undefined],
      ["sharks", "healthy", 90],
    ]);
    assert.match(
      report.connections[0]?.connect ?? "",
      /^https:\/\/rollcall\.example\/api\/connect\/[\w-]{40,}$/,
    );
    assert.equal(report.redirectUris.microsoft, "https://rollcall.example/api/oauth/microsoft/callback");
    assert.deepEqual(report.problems, []);
    assert.doesNotMatch(JSON.stringify(report), /hunter2/);
  });

  test("says which setting is missing when there is no storage account", async (t) => {
    const app = await anApp(t, { AzureWebJobsStorage: "" });
    const answer = await app.get("connections");
    assert.equal(answer.status, 503);
    assert.match(((await answer.json()) as { detail: string }).detail, /Set AzureWebJobsStorage or /);
  });

  test("says which setting is wrong", async (t) => {
    const app = await anApp(t, { OPERATOR_ADDRESS: "nobody" });
    const answer = await app.get("connections");
    assert.equal(answer.status, 503);
    assert.match(
      ((await answer.json()) as { detail: string }).detail,
      /OPERATOR_ADDRESS: must be one mail address/,
    );
  });
});

suite("the timer connections-check", () => {
  test("runs daily, two hours after the registration passes", async (t) => {
    const { host } = await anApp(t);
    const timer = host.functions.find(({ name }) => name === "connections-check");
    assert.ok(timer?.trigger === "timer");
    assert.equal(timer.schedule.expression, "0 0 6 * * *");
  });

  test("is not there without a storage account, and the app says so once", async (t) => {
    const { host, log } = await anApp(t, { AzureWebJobsStorage: "" });
    assert.ok(host.functions.every(({ name }) => name !== "connections-check"));
    const line = /the watch over connections is off: set AzureWebJobsStorage/;
    await log.said(line);
    assert.equal(log.count(line), 1);
  });

  test("warns in the log, and deletes sign-ins that nobody finished", async (t) => {
    const { host, log } = await anApp(t);
    await connected("sharks", 6.5);
    const states = await storage.table(CONSENT_STATES_TABLE);
    const hourMs = 3_600_000;
    for (const [rowKey, since] of [
      ["old", -hourMs],
      ["young", hourMs],
    ] as const) {
      const expiresAt = new Date(Date.now() + since);
      await states.createEntity({ partitionKey: "state", rowKey, expiresAt });
    }
    await host.fire("connections-check");
    const warning = await log.said(
      /ROLLCALL_CONNECTION_EXPIRING microsoft connection sharks: ends in 7 days/,
    );
    assert.equal(warning.level, "error");
    await log.said(/deleted 1 sign-ins that were not finished/);
    await assert.rejects(states.getEntity("state", "old"), { statusCode: 404 });
    await states.getEntity("state", "young");
  });

  test("deletes what the ledger need not keep any more, however long reports are kept", async (t) => {
    const { host, log } = await anApp(t, { HISTORY_DAYS: "3650" });
    const ledger = tableLedger(storage, z.string());
    const hourMs = 3_600_000;
    const writes = [-hourMs, hourMs].map((since) => ({
      subject: since < 0 ? "old" : "young",
      entry: { known: "announced", generation: 1 },
      version: undefined,
      keepUntil: new Date(Date.now() + since),
    }));
    await ledger.write("registration/mantabots", writes);
    await host.fire("connections-check");
    await log.said(/deleted 1 rows and blobs of the ledger/);
    assert.deepEqual([...(await ledger.read("registration/mantabots")).keys()], ["young"]);
  });
});

suite("GET /health", () => {
  test("says that the app is up, and nothing else, to anybody", async (t) => {
    const app = await anApp(t);
    assert.deepEqual(await (await app.get("health", {})).json(), { status: "ok" });
  });

  test("has its details behind the function key", async (t) => {
    const app = await anApp(t);
    assert.equal((await app.get("health/detail", {})).status, 401);
  });

  test("says of each part how it is", async (t) => {
    const app = await anApp(t, { OPERATOR_ADDRESS: "operator@example.org" });
    const { status, parts } = (await (await app.get("health/detail")).json()) as HealthReport;
    assert.equal(status, "wrong");
    const states = Object.entries(parts).map(([part, { state }]) => [part, state]);
    assert.deepEqual(Object.fromEntries(states), {
      storage: "ok",
      secrets: "ok",
      configuration: "ok",
      publicUrl: "ok",
      microsoft: "ok",
      webex: "off",
      operator: "off",
      registration: "ok",
      membership: "off",
      absence: "off",
      connections: "wrong",
    });
    assert.match(parts["membership"]?.detail ?? "", /Set WEBEX_CLIENT_ID, then restart/);
    assert.match(parts["connections"]?.detail ?? "", /microsoft default is not_connected/);
    assert.match(parts["operator"]?.detail ?? "", /OPERATOR_MAIL_CONNECTION is not set/);
    assert.doesNotMatch(JSON.stringify(parts), /hunter2|operator@/);
  });

  test("says what is wrong with a space file, once there is a Webex integration", async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), "rollcall-functions-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    await mkdir(path.join(folder, "spaces"));
    await writeFile(path.join(folder, "spaces", "hall.json"), JSON.stringify({ spaceid: "a" }));
    const app = await anApp(t, { CONFIG_DIR: folder, WEBEX_CLIENT_ID: "C1" });
    const { parts } = (await (await app.get("health/detail")).json()) as HealthReport;
    assert.equal(parts["membership"]?.state, "ok");
    assert.equal(parts["configuration"]?.state, "wrong");
    assert.match(
      parts["configuration"]?.detail ?? "",
      /^0 team files and 1 space files in .*\. hall: .*spaces\/hall\.json has .*space_id/,
    );
  });

  test("names what is wrong in every part, and no other part suffers from it", async (t) => {
    const app = await anApp(t, {
      AzureWebJobsStorage: "",
      KEY_VAULT_URL: "http://hunter2",
      PUBLIC_URL: "nowhere",
      WEBEX_URL: "hunter2",
      HISTORY_DAYS: "-1",
    });
    const { parts } = (await (await app.get("health/detail")).json()) as HealthReport;
    const detailOf = (part: string): string => `${parts[part]?.state}: ${parts[part]?.detail}`;
    assert.match(detailOf("storage"), /^wrong: AzureWebJobsStorage is not set/);
    assert.match(detailOf("secrets"), /^wrong: .*KEY_VAULT_URL/);
    assert.match(detailOf("publicUrl"), /^wrong: .*PUBLIC_URL/);
    assert.match(detailOf("webex"), /^wrong: .*WEBEX_URL/);
    assert.match(detailOf("operator"), /^wrong: .*HISTORY_DAYS/);
    assert.match(detailOf("registration"), /^off: .*AzureWebJobsStorage/);
    assert.doesNotMatch(JSON.stringify(parts), /hunter2/);
  });
});
