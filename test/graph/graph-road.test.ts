import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";
import pLimit from "p-limit";
import { z } from "zod";
import { GraphServiceError, GraphUnreachableError } from "../../shared/graph/graph-error.ts";
import { type GraphRoad, openGraphRoad } from "../../shared/graph/graph-road.ts";
import { effectOf } from "../../shared/http/service-error.ts";
import { type Emulator, type EmulatorRequest, startEmulator } from "../../infra/local/emulators/emulator.ts";
import { ensureCertificates } from "../../infra/local/tls.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const { certificate } = await ensureCertificates(fileURLToPath(new URL("../../.local/tls", import.meta.url)));
const servers: Emulator[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

const Item = z.object({ n: z.number() });

interface Ride {
  road: GraphRoad;
  server: Emulator;
  counts: { requests: number; throttled: number; tokens: string[] };
}

/** A road to a scripted Graph; its clock never makes anybody wait. */
async function ride(
  answer: (request: EmulatorRequest) => { status: number; headers?: Record<string, string>; body?: unknown },
  options: { signal?: AbortSignal } = {},
): Promise<Ride> {
  const server = await startEmulator("graph", { certificate }, answer);
  servers.push(server);
  const counts: Ride["counts"] = { requests: 0, throttled: 0, tokens: [] };
  const road = await openGraphRoad({
    graphUrl: server.url,
    token: async ({ renew }) => {
      counts.tokens.push(renew ? "renewed" : "kept");
      return renew ? "second" : "first";
    },
    limit: pLimit(4),
    clock: fakeClock("2026-11-03T04:00:00Z", { auto: 25_000 }),
    signal: options.signal ?? new AbortController().signal,
    onRequest: () => (counts.requests += 1),
    onThrottled: () => (counts.throttled += 1),
  });
  return { road, server, counts };
}

test("a collection is read through all its pages", async () => {
  const { road, server, counts } = await ride(({ query }) => {
    const page = Number(query.get("$skip") ?? 0);
    const link = page < 3 ? { "@odata.nextLink": `${server.url}/v1.0/things?$skip=${page + 1}` } : {};
    return { status: 200, body: { value: [{ n: page }], ...link } };
  });
  assert.deepEqual(await road.list("/things", Item), [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]);
  assert.equal(counts.requests, 4);
});

test("a next page on another host is not followed, and the token does not travel there", async () => {
  const { road, server } = await ride(() => ({
    status: 200,
    body: { value: [], "@odata.nextLink": "https://evil.localhost:1/v1.0/things?$skip=1" },
  }));
  await assert.rejects(road.list("/things", Item), /another host \(evil\.localhost:1\)/u);
  assert.equal(server.exchanges.length, 1);
});

test("a collection whose links lead round in a circle is an error, not a list without end", async () => {
  const { road, server } = await ride(({ query }) => {
    const other = query.get("$skip") === "1" ? 2 : 1;
    return {
      status: 200,
      body: { value: [], "@odata.nextLink": `${server.url}/v1.0/things?$skip=${other}` },
    };
  });
  await assert.rejects(road.list("/things", Item), { name: "GraphAnswerError", message: /in a circle/u });
  assert.equal(server.exchanges.length, 3);
});

test("a redirect is not followed", async () => {
  const { road } = await ride(() => ({ status: 302, headers: { location: "https://evil.localhost:1/" } }));
  await assert.rejects(road.get("/me", Item), GraphUnreachableError);
});

test("a throttled read waits as long as Retry-After says, and then goes on", async () => {
  const { road, server, counts } = await ride(() => ({ status: 200, body: { n: 1 } }));
  server.faults.add({ kind: "status", status: 429, headers: { "retry-after": "7" }, times: 2 });
  assert.deepEqual(await road.get("/me", Item), { n: 1 });
  assert.deepEqual([counts.requests, counts.throttled], [3, 2]);
});

test("a Retry-After beyond the cap is not waited for", async () => {
  const { road, server, counts } = await ride(() => ({ status: 200, body: { n: 1 } }));
  server.faults.add({ kind: "status", status: 429, headers: { "retry-after": "3600" }, times: 0 });
  await assert.rejects(road.get("/me", Item), { name: "GraphServiceError", status: 429 });
  assert.equal(counts.requests, 1);
});

test("a storm of 429 ends after five attempts", async () => {
  const { road, server, counts } = await ride(() => ({ status: 200, body: { n: 1 } }));
  server.faults.add({ kind: "status", status: 429, times: 0 });
  await assert.rejects(road.get("/me", Item), { name: "GraphServiceError", status: 429 });
  assert.equal(counts.requests, 5);
});

for (const status of [500, 502, 503, 504]) {
  test(`a read is repeated after a ${status}`, async () => {
    const { road, server } = await ride(() => ({ status: 200, body: { n: 1 } }));
    server.faults.add({ kind: "status", status });
    assert.deepEqual(await road.get("/me", Item), { n: 1 });
  });

  test(`a write that could do harm twice is not repeated after a ${status}, and its effect is unknown`, async () => {
    const { road, server, counts } = await ride(() => ({ status: 202 }));
    server.faults.add({ kind: "status", status });
    const error = await failureOf(road.write("POST", "/me/sendMail", {}, { harmless: false }));
    assert.ok(error instanceof GraphServiceError);
    assert.equal(effectOf(error), "unknown");
    assert.equal(counts.requests, 1);
  });
}

test("a write that was throttled is repeated even when it could do harm twice, since Graph did nothing", async () => {
  const { road, server, counts } = await ride(() => ({ status: 202 }));
  server.faults.add({ kind: "status", status: 429, headers: { "retry-after": "1" } });
  await road.write("POST", "/me/sendMail", {}, { harmless: false });
  assert.equal(counts.requests, 2);
});

test("a connection lost in a write leaves its effect unknown", async () => {
  const { road, server, counts } = await ride(() => ({ status: 202 }));
  server.faults.add({ kind: "reset-after" });
  assert.equal(
    effectOf(await failureOf(road.write("POST", "/me/sendMail", {}, { harmless: false }))),
    "unknown",
  );
  assert.equal(counts.requests, 1);
});

test("a service that is not there had no effect", async () => {
  const { road, server } = await ride(() => ({ status: 202 }));
  await server.close();
  servers.splice(servers.indexOf(server), 1);
  assert.equal(
    effectOf(await failureOf(road.write("POST", "/me/sendMail", {}, { harmless: false }))),
    "none",
  );
});

test("a read survives a connection that is lost", async () => {
  const { road, server } = await ride(() => ({ status: 200, body: { n: 1 } }));
  server.faults.add({ kind: "reset-before", times: 2 });
  assert.deepEqual(await road.get("/me", Item), { n: 1 });
});

test("a token that is refused is renewed once", async () => {
  const { road, counts } = await ride(({ headers }) =>
    headers.authorization === "Bearer second" ? { status: 200, body: { n: 1 } } : { status: 401 },
  );
  assert.deepEqual(await road.get("/me", Item), { n: 1 });
  assert.deepEqual(counts.tokens, ["kept", "renewed"]);
});

test("an error tells Graph's own code, message and request id, and not the token", async () => {
  const { road } = await ride(() => ({
    status: 403,
    body: {
      error: { code: "ErrorAccessDenied", message: "Access is denied.", innerError: { "request-id": "r-1" } },
    },
  }));
  const error = await failureOf(road.get("/me/contacts", Item));
  assert.match(
    String(error),
    /GET \/v?.*me\/contacts with 403 ErrorAccessDenied: Access is denied\. \(request-id r-1\)/u,
  );
  assert.doesNotMatch(String(error), /first/u);
});

test("an answer in an unknown form is an error that says where", async () => {
  const { road } = await ride(() => ({ status: 200, body: { n: "one" } }));
  await assert.rejects(road.get("/me", Item), {
    name: "GraphAnswerError",
    message: /GET \/me .*expected number/su,
  });
});

test("an answer that is wrong in many places is told in one short line", async () => {
  const value = Array.from({ length: 900 }, () => ({ n: "one" }));
  const { road } = await ride(() => ({ status: 200, body: { value } }));
  const error = await failureOf(road.list("/me/contacts", Item));
  assert.match(String(error), /0[.]n: .*expected number.*; and 897 more$/u);
  assert.doesNotMatch(String(error), /\n/u);
});

test("a request whose deadline has passed is not sent", async () => {
  const { road, counts } = await ride(() => ({ status: 202 }), {
    signal: AbortSignal.abort(new Error("too late")),
  });
  const error = await failureOf(road.write("POST", "/me/sendMail", {}, { harmless: false }));
  assert.equal(effectOf(error), "none");
  assert.equal(counts.requests, 0);
});

test("no more than four requests are in flight at one mailbox", async () => {
  let inFlight = 0;
  let most = 0;
  const release: (() => void)[] = [];
  const server = await startEmulator("graph", { certificate }, async () => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise<void>((resolve) => {
      release.push(resolve);
      // Lets go of the first four only when they are all there.
      if (release.length >= 4) for (const go of release) go();
    });
    inFlight -= 1;
    return { status: 200, body: { n: 1 } };
  });
  servers.push(server);
  const road = await openGraphRoad({
    graphUrl: server.url,
    token: async () => "first",
    limit: pLimit(4),
    clock: fakeClock("2026-11-03T04:00:00Z", { auto: 25_000 }),
    signal: new AbortController().signal,
    onRequest: () => undefined,
    onThrottled: () => undefined,
  });
  await Promise.all(Array.from({ length: 20 }, () => road.get("/me", Item)));
  assert.equal(most, 4);
});

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  return assert.fail("it should have failed");
}
