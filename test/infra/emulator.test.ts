import assert from "node:assert/strict";
import { Agent, request } from "node:https";
import { after, before, beforeEach, suite, test } from "node:test";
import { startEmulator } from "../../infra/local/emulators/emulator.ts";
import type { Emulator, Exchange } from "../../infra/local/emulators/emulator.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";

suite("the base of the emulators", () => {
  let emulator: Emulator;
  let handled: string[] = [];
  let seen: Exchange[] = [];

  before(async () => {
    const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
    const onExchange = (exchange: Exchange): void => void seen.push(exchange);
    emulator = await startEmulator("echo", { certificate, onExchange }, ({ method, path, text }) => {
      handled.push(`${method} ${path}`);
      if (path === "/broken") throw new Error("a mistake in the emulator");
      return { status: 200, headers: { "x-echo": "yes" }, body: { path, text } };
    });
  });
  beforeEach(() => {
    emulator.faults.clear();
    handled = [];
    seen = [];
  });
  after(() => emulator.close());

  test("answers over TLS and tells whoever watches what was asked and answered", async () => {
    const response = await fetch(`${emulator.url}/a%20b/c?x=1&x=2`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ hello: "world" }),
    });

    assert.deepEqual(await response.json(), { path: "/a%20b/c", text: '{"hello":"world"}' });
    const [exchange] = seen;
    assert.ok(exchange);
    assert.equal(exchange.service, "echo");
    assert.equal(exchange.path, "/a%20b/c");
    assert.deepEqual(exchange.query.getAll("x"), ["1", "2"]);
    assert.deepEqual(exchange.requestBody, { hello: "world" });
    assert.equal(exchange.responseHeaders["x-echo"], "yes");
    assert.equal(exchange.injected, undefined);
  });

  test("shows a form to whoever watches as its fields", async () => {
    await fetch(emulator.url, { method: "POST", body: new URLSearchParams({ a: "1", b: "x y" }) });
    assert.deepEqual(seen[0]?.requestBody, { a: "1", b: "x y" });
  });

  test("keeps a connection open for the next request", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const get = (path: string): Promise<boolean> =>
      new Promise((resolve, reject) => {
        const sent = request(emulator.url + path, { agent }, (response) => {
          response.resume().on("end", () => resolve(sent.reusedSocket));
        });
        sent.on("error", reject).end();
      });
    assert.equal(await get("/one"), false);
    assert.equal(await get("/two"), true);
    agent.destroy();
  });

  test("answers 500 when the emulator itself is wrong, and says what", async (context) => {
    const printed = context.mock.method(console, "error", () => undefined);
    const response = await fetch(`${emulator.url}/broken`);
    assert.equal(response.status, 500);
    assert.match(await response.text(), /a mistake in the emulator/);
    assert.equal(printed.mock.callCount(), 1);
  });

  test("a status fault answers in the service's place, once, after the matches it skips", async () => {
    emulator.faults.add({
      kind: "status",
      method: "GET",
      path: "^/mail",
      after: 1,
      status: 429,
      headers: { "retry-after": "7" },
      body: { error: { code: "TooManyRequests" } },
    });

    const statuses = [];
    for (const path of ["/mail", "/other", "/mail/1?x=1", "/mail"]) {
      statuses.push((await fetch(emulator.url + path)).status);
    }

    assert.deepEqual(statuses, [200, 200, 429, 200]);
    assert.deepEqual(handled, ["GET /mail", "GET /other", "GET /mail"]);
    assert.deepEqual(
      seen.map(({ injected }) => injected),
      [undefined, undefined, true, undefined],
    );
  });

  test("reset-before breaks the connection before the service acted", async () => {
    emulator.faults.add({ kind: "reset-before" });
    await assert.rejects(fetch(emulator.url), TypeError);
    assert.deepEqual(handled, []);
  });

  test("reset-after breaks the connection when the service has acted", async () => {
    emulator.faults.add({ kind: "reset-after" });
    await assert.rejects(fetch(`${emulator.url}/effect`), TypeError);
    assert.deepEqual(handled, ["GET /effect"]);
  });

  test("status-after answers in the service's place when it has acted", async () => {
    emulator.faults.add({ kind: "status-after", status: 504 });
    assert.equal((await fetch(`${emulator.url}/effect`)).status, 504);
    assert.deepEqual(handled, ["GET /effect"]);
    assert.deepEqual(
      seen.map(({ status, injected }) => [status, injected]),
      [[504, true]],
    );
  });

  test("hang-after never answers either, but the service has acted", async () => {
    emulator.faults.add({ kind: "hang-after" });
    const given = new AbortController();
    const asked = fetch(`${emulator.url}/effect`, { signal: given.signal });
    while (handled.length === 0) await new Promise((resolve) => setImmediate(resolve));
    given.abort();
    await assert.rejects(asked, { name: "AbortError" });
    assert.deepEqual(handled, ["GET /effect"]);
  });

  test("hang never answers", async () => {
    emulator.faults.add({ kind: "hang" });
    const before = emulator.exchanges.length;
    const given = new AbortController();
    const asked = fetch(emulator.url, { signal: given.signal });
    while (emulator.exchanges.length === before) await new Promise((resolve) => setImmediate(resolve));
    given.abort();
    await assert.rejects(asked, { name: "AbortError" });
    assert.equal(emulator.exchanges.at(-1)?.status, 0);
    assert.deepEqual(handled, []);
  });

  test("a program may decide each fault, such as at a rate", async () => {
    let count = 0;
    emulator.faults.add({ decide: () => (++count % 2 === 0 ? { kind: "status", status: 503 } : undefined) });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await fetch(emulator.url)).status);
    assert.deepEqual(statuses, [200, 503, 200, 503]);
  });

  test("the control route sets, shows and clears latency and faults, and counts requests by template", async () => {
    const control = `${emulator.url}/_control`;
    const rule = { kind: "status", path: "/users/", times: 0, status: 500 };
    const set = await fetch(control, {
      method: "POST",
      body: JSON.stringify({ latencyMs: 1, faults: [rule] }),
    });
    assert.equal(set.status, 200);
    assert.equal((await fetch(`${emulator.url}/v1.0/users/ada%40example.org/events/AAMk1`)).status, 500);
    assert.equal((await fetch(`${emulator.url}/v1.0/users/42/events/AAMk2`)).status, 500);

    const shown = (await (await fetch(control)).json()) as Record<string, unknown>;
    assert.equal(shown["latencyMs"], 1);
    assert.deepEqual(shown["faults"], [{ ...rule, after: 0 }]);
    const requests = shown["requests"] as Record<string, number>;
    assert.equal(requests["GET /v1.0/users/{id}/events/{id}"], 2);
    assert.equal(requests["GET /_control"], undefined);

    await fetch(control, { method: "DELETE" });
    assert.equal((await fetch(`${emulator.url}/users/1`)).status, 200);
    assert.equal(emulator.faults.latencyMs, 0);
  });

  test("the control route refuses a fault of no known kind", async () => {
    const response = await fetch(`${emulator.url}/_control`, {
      method: "POST",
      body: JSON.stringify({ faults: [{ kind: "gremlin" }] }),
    });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /reset-before.*gremlin/);
  });

  test("close ends open connections and delays at once", async () => {
    const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
    const slow = await startEmulator("slow", { certificate }, () => ({ status: 200 }));
    slow.faults.latencyMs = 60_000;
    const asked = assert.rejects(fetch(slow.url), TypeError);
    while (slow.exchanges.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await slow.close();
    await asked;
  });
});
