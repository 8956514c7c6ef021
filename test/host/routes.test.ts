import assert from "node:assert/strict";
import { test } from "node:test";
import { HOST_KEY, MASTER_KEY, startFixture } from "./fixture-host.ts";

interface Answer {
  functionName: string;
  params: Record<string, string>;
}

test("of two routes that fit a path, the function whose name comes first is called", async (t) => {
  const { fetch } = await startFixture(t, "routes");
  const answer = (await (await fetch("/api/overlap/literal")).json()) as Answer;
  assert.deepEqual(answer, { functionName: "a-any", params: { any: "literal" } });
});

test("a constraint passes a path on to the next function", async (t) => {
  const { fetch } = await startFixture(t, "routes");
  const answers = await Promise.all(
    ["7", "seven", "literal"].map(async (id) => (await (await fetch(`/api/typed/${id}`)).json()) as Answer),
  );
  assert.deepEqual(
    answers.map(({ functionName }) => functionName),
    ["c-number", "d-other", "e-literal"],
  );
});

test("literals are matched without regard to case, and a route left out is the function's name", async (t) => {
  const { fetch } = await startFixture(t, "routes");
  assert.equal((await fetch("/API/TYPED/7/")).status, 200);
  assert.equal((await fetch("/api/default-ROUTE")).status, 200);
});

test("a catch-all parameter takes the rest of the path", async (t) => {
  const { fetch } = await startFixture(t, "routes");
  const { params } = (await (await fetch("/api/files/a/b%20c/d.txt")).json()) as Answer;
  assert.deepEqual(params, { rest: "a/b c/d.txt" });
});

test("one route may be shared by methods, and a method nobody takes is a 404", async (t) => {
  const { fetch } = await startFixture(t, "routes");
  const names = await Promise.all(
    ["POST", "PUT"].map(
      async (method) => ((await (await fetch("/api/by-method", { method })).json()) as Answer).functionName,
    ),
  );
  assert.deepEqual(names, ["post-only", "put-only"]);
  const others = await Promise.all(
    ["GET", "DELETE", "HEAD", "OPTIONS"].map(
      async (method) => (await fetch("/api/by-method", { method })).status,
    ),
  );
  assert.deepEqual(others, [404, 404, 404, 404]);
});

test("an unknown path is a 404 without a body", async (t) => {
  const { fetch } = await startFixture(t, "routes");
  for (const path of ["/api/unknown", "/typed/7", "/runtime/webhooks", "/api"]) {
    const response = await fetch(path);
    assert.deepEqual([path, response.status, await response.text()], [path, 404, ""]);
  }
});

test("the route prefix is host.json's", async (t) => {
  const withPrefix = await startFixture(t, "routes", {
    hostJson: { extensions: { http: { routePrefix: "v1/x" } } },
  });
  assert.equal((await withPrefix.fetch("/v1/x/typed/7")).status, 200);
  assert.equal((await withPrefix.fetch("/api/typed/7")).status, 404);
  const without = await startFixture(t, "routes", {
    hostJson: { extensions: { http: { routePrefix: "" } } },
  });
  assert.equal((await without.fetch("/typed/7")).status, 200);
});

/** A path, a key in the query, a key in the header, and the status. */
const KEYS: [string, string | undefined, string | undefined, number][] = [
  ["/api/with-key", undefined, undefined, 401],
  ["/api/with-key", "wrong", undefined, 401],
  ["/api/with-key", "", undefined, 401],
  ["/api/with-key", HOST_KEY, undefined, 200],
  ["/api/with-key", undefined, HOST_KEY, 200],
  ["/api/with-key", MASTER_KEY, undefined, 200],
  ["/api/with-key", undefined, MASTER_KEY, 200],
  // The header counts first, even when it is wrong.
  ["/api/with-key", HOST_KEY, "wrong", 401],
  ["/api/with-key", "wrong", HOST_KEY, 200],
  ["/api/with-key", HOST_KEY.toUpperCase(), undefined, 401],
  ["/api/with-master-key", HOST_KEY, undefined, 401],
  ["/api/with-master-key", undefined, MASTER_KEY, 200],
  ["/api/typed/7", "wrong", undefined, 200],
];

test("keys open what they are for, in the header or the query; without one the answer is an empty 401", async (t) => {
  const { fetch, log } = await startFixture(t, "routes");
  for (const [path, code, header, status] of KEYS) {
    const query = code === undefined ? "" : `?code=${encodeURIComponent(code)}`;
    const response = await fetch(`${path}${query}`, {
      headers: header === undefined ? {} : { "X-Functions-Key": header },
    });
    assert.equal(response.status, status, `${path} with ${code ?? "no code"} and ${header ?? "no header"}`);
    if (status === 401) assert.equal(await response.text(), "");
  }
  assert.equal(log.count(/the-(function|master)-key/), 0);
});

test("a CommonJS app is loaded as well", async (t) => {
  const { fetch } = await startFixture(t, "routes", { format: "cjs" });
  assert.equal((await fetch("/api/typed/7")).status, 200);
});

test("functions are listed in the order in which their routes are tried", async (t) => {
  const { host } = await startFixture(t, "routes");
  const names = host.functions.map(({ name }) => name);
  assert.deepEqual(names.slice(0, 4), ["a-any", "b-literal", "c-number", "d-other"]);
  assert.equal(names.indexOf("Default-Route"), 4);
});

test("the root says that the host runs", async (t) => {
  const { fetch } = await startFixture(t, "routes");
  assert.match(await (await fetch("/")).text(), /host is running/);
});
