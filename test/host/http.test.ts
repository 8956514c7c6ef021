import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { test } from "node:test";
import { startFixture } from "./fixture-host.ts";

interface Mirrored {
  method: string;
  url: string;
  params: Record<string, string>;
  query: [string, string][];
  headers: Record<string, string>;
  body: string;
  traceParent: string;
  setting?: string;
}

test("a function sees the request: method, url, decoded parameters, headers and body", async (t) => {
  const { host, fetch } = await startFixture(t, "http");
  const response = await fetch("/api/mirror/a%20b%2Fc?x=%C3%A9", {
    method: "POST",
    headers: { "x-own": "1", "content-type": "text/plain", traceparent: "00-aa-bb-01" },
    body: "hällo",
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/json");
  const seen = (await response.json()) as Mirrored;
  assert.equal(seen.method, "POST");
  assert.equal(seen.url, `${host.url}/api/mirror/a%20b%2Fc?x=%C3%A9`);
  // Kestrel decodes a path but for its slashes.
  assert.deepEqual(seen.params, { part: "a b%2Fc" });
  assert.deepEqual(seen.query, [["x", "é"]]);
  assert.equal(seen.headers["x-own"], "1");
  assert.equal(seen.body, "hällo");
  assert.equal(seen.traceParent, "00-aa-bb-01");
});

test("no forwarding header is invented", async (t) => {
  const { fetch } = await startFixture(t, "http");
  const { headers } = (await (await fetch("/api/mirror")).json()) as Mirrored;
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.startsWith("x-")),
    [],
  );
});

test("several values of one query name arrive as one, joined by a comma and without regard to case", async (t) => {
  const { fetch } = await startFixture(t, "http");
  const { query } = (await (await fetch("/api/mirror?x=1&y=&X=2&flag")).json()) as Mirrored;
  assert.deepEqual(query, [
    ["x", "1,2"],
    ["y", ""],
    ["flag", ""],
  ]);
});

test("a body that comes in chunks does not reach the function, and the host says so", async (t) => {
  const { fetch, log } = await startFixture(t, "http");
  const body = new Blob(["in chunks"]).stream();
  const response = await fetch("/api/mirror", { method: "POST", body, duplex: "half" });
  assert.equal(((await response.json()) as Mirrored).body, "");
  assert.equal((await log.said(/came in chunks/)).level, "warning");
});

test("a body above 100 MB is refused before it is read", async (t) => {
  const { host } = await startFixture(t, "http");
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { "content-length": String(100 * 1024 * 1024 + 1) };
    const request = httpRequest(`${host.url}/api/mirror`, { method: "POST", headers }, (response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    request.on("error", reject);
    request.flushHeaders();
  });
  assert.equal(status, 413);
});

test("cookies are written as ASP.NET Core writes them", async (t) => {
  const { fetch } = await startFixture(t, "http");
  const response = await fetch("/api/cookies");
  assert.deepEqual(response.headers.getSetCookie(), [
    "plain=a%20b%3B%C3%A9%21; path=/",
    "full=v; expires=Tue, 01 Jan 2030 00:00:00 GMT; max-age=60; domain=example.org; path=/api; secure; samesite=lax; httponly",
    "open=; path=/; samesite=none",
  ]);
});

test("of several set-cookie headers only the last remains", async (t) => {
  const { fetch } = await startFixture(t, "http");
  const response = await fetch("/api/set-cookie-headers");
  assert.deepEqual(response.headers.getSetCookie(), ["second=2"]);
  assert.equal(response.headers.get("x-other"), "1");
});

test("what a handler throws becomes a 500 that says nothing, and a line in the log that says all", async (t) => {
  const { fetch, log } = await startFixture(t, "http");
  const response = await fetch("/api/throws");
  assert.equal(response.status, 500);
  assert.equal(await response.text(), "");
  const { level, message } = await log.said(/^Executed 'Functions\.throws' \(Failed/);
  assert.equal(level, "error");
  assert.match(message, /the handler's own secret\n +at /);
});

test("a body that is not JSON is the function's business", async (t) => {
  const { fetch } = await startFixture(t, "http");
  const good = await fetch("/api/json", { method: "POST", body: '{"a":[1,null]}' });
  assert.deepEqual(await good.json(), { a: [1, null] });
  const bad = await fetch("/api/json", { method: "POST", body: "{" });
  assert.equal(bad.status, 500);
});

test("a status, bytes, a redirect and no answer at all arrive as they are", async (t) => {
  const { fetch } = await startFixture(t, "http");
  const nothing = await fetch("/api/nothing");
  assert.deepEqual([nothing.status, await nothing.text()], [204, ""]);
  const bytes = await fetch("/api/bytes");
  assert.deepEqual([...new Uint8Array(await bytes.arrayBuffer())], [0, 128, 255]);
  const redirect = await fetch("/api/redirect");
  assert.deepEqual([redirect.status, redirect.headers.get("location")], [302, "/elsewhere"]);
  const noAnswer = await fetch("/api/no-answer");
  assert.deepEqual([noAnswer.status, await noAnswer.text()], [204, ""]);
});

test("a HEAD request is answered where the function lists it, without a body", async (t) => {
  const { host } = await startFixture(t, "http");
  const answer = await new Promise<[number | undefined, IncomingHttpHeaders, string]>((resolve, reject) => {
    httpRequest(`${host.url}/api/mirror`, { method: "HEAD" }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve([response.statusCode, response.headers, text]));
    })
      .on("error", reject)
      .end();
  });
  assert.deepEqual([answer[0], answer[1]["content-type"], answer[2]], [200, "application/json", ""]);
});

test("content negotiation is named as what the local host does not have", async (t) => {
  const { fetch, log } = await startFixture(t, "http");
  const response = await fetch("/api/negotiated");
  assert.deepEqual([response.status, await response.text()], [500, ""]);
  assert.equal(response.headers.get("x-leak"), null);
  assert.equal((await log.said(/no content negotiation/)).level, "error");
});

test("each invocation is logged with its reason, its id and its duration, and never with the query", async (t) => {
  const { fetch, log } = await startFixture(t, "http");
  await fetch("/api/mirror?code=the-function-key&name=lovelace");
  const executed = await log.said(/^Executed/);
  const [, id] = /Id=([\da-f-]{36})/.exec(executed.message) ?? [];
  assert.match(
    executed.message,
    /^Executed 'Functions\.mirror' \(Succeeded, Id=[\da-f-]{36}, Duration=\d+ms\)$/,
  );
  assert.equal(
    log.entries[0]?.message,
    `Executing 'Functions.mirror' (Reason='This function was programmatically called via the host APIs.', Id=${String(id)})`,
  );
  assert.doesNotMatch(JSON.stringify(log.entries), /the-function-key|lovelace/);
});

test("a function's own lines keep their levels, and what it writes to the console is a line too", async (t) => {
  const { fetch, log } = await startFixture(t, "http");
  await fetch("/api/logs");
  await log.said(/straight to the console/);
  const own = log.entries.filter(({ category }) => category === "Function.logs.User");
  assert.deepEqual(
    own.map(({ level, message }) => [level, message]),
    [
      ["trace", "a trace"],
      ["debug", "a debug line"],
      ["information", "a line { with: 'data' }"],
      ["warning", "a warning"],
      ["error", "an error"],
    ],
  );
});

test("two hosts in one process have an environment each", async (t) => {
  const [one, other] = await Promise.all([
    startFixture(t, "http", { env: { FIXTURE_SETTING: "one" } }),
    startFixture(t, "http", { env: { FIXTURE_SETTING: "other" } }),
  ]);
  const settings = await Promise.all(
    [one, other].map(async ({ fetch }) => ((await (await fetch("/api/mirror")).json()) as Mirrored).setting),
  );
  assert.deepEqual(settings, ["one", "other"]);
});

test("a request that cannot be read is a 400", async (t) => {
  const { host } = await startFixture(t, "http");
  const status = await new Promise<number | undefined>((resolve, reject) => {
    httpRequest(`${host.url}/api/mirror`, { headers: { host: "not a host" } }, (response) => {
      resolve(response.statusCode);
      response.resume();
    })
      .on("error", reject)
      .end();
  });
  assert.equal(status, 400);
});
