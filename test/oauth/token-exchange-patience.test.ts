import assert from "node:assert/strict";
import { test } from "node:test";
import { refreshAccessToken } from "../../shared/oauth/token-exchange.ts";
import { TokenUnavailableError } from "../../shared/oauth/token-errors.ts";
import { aLogin } from "./login-world.ts";
import { failureOf, requestIn } from "./refresh-request.ts";

for (const [what, fault] of [
  ["503", { kind: "status", status: 503 }],
  ["500", { kind: "status", status: 500, body: { error: "server_error" } }],
  ["429", { kind: "status", status: 429 }],
  ["temporarily_unavailable", { kind: "status", status: 400, body: { error: "temporarily_unavailable" } }],
  ["AADSTS90033", { kind: "status", status: 400, body: { error: "invalid_request", error_codes: [90_033] } }],
  ["a connection that breaks before", { kind: "reset-before" }],
  ["a connection that breaks after", { kind: "reset-after" }],
  ["a page in HTML", { kind: "status", status: 200, body: "<html>a proxy's page</html>" }],
] as const) {
  test(`${what} is tried again, and three times in a row are survived`, async () => {
    const world = await aLogin();
    world.login.faults.add({ ...fault, times: 3 });
    assert.ok((await refreshAccessToken(requestIn(world))).accessToken);
    assert.equal(world.requests(), 4);
    assert.deepEqual(
      world.clock.sleeps.filter((milliseconds) => milliseconds < 10_000),
      [500, 1000, 2000],
    );
  });

  test(`${what} without end is a TokenUnavailableError after four tries`, async () => {
    const world = await aLogin();
    world.login.faults.add({ ...fault, times: 0 });
    const error = await failureOf(requestIn(world));
    assert.ok(error instanceof TokenUnavailableError, error.name);
    assert.match(error.message, /The next run tries again/);
    assert.equal(world.requests(), 4);
  });
}

test("Retry-After is waited for, and one beyond the deadline is not", async () => {
  const world = await aLogin();
  world.login.faults.add({ kind: "status", status: 429, headers: { "retry-after": "7" } });
  await refreshAccessToken(requestIn(world));
  assert.ok(world.clock.sleeps.includes(7000));
  world.login.faults.add({ kind: "status", status: 429, headers: { "retry-after": "60" } });
  const error = await failureOf(requestIn(world));
  assert.ok(error instanceof TokenUnavailableError);
  assert.equal(error.retryAfterMs, 60_000);
  assert.equal(world.requests(), 3);
});

test("a service that is silent is left after ten seconds and asked again", async () => {
  const world = await aLogin();
  world.login.faults.add({ kind: "hang" });
  const tokens = refreshAccessToken(requestIn(world));
  await world.arrived(1);
  await world.clock.advance(10_000);
  assert.ok((await tokens).accessToken);
  assert.equal(world.requests(), 2);
});

test("all tries together end after thirty seconds", async () => {
  const world = await aLogin();
  world.login.faults.add({ kind: "hang", times: 0 });
  const failed = failureOf(requestIn(world));
  for (const tries of [1, 2, 3]) {
    await world.arrived(tries);
    await world.clock.advance(10_000);
  }
  assert.ok((await failed) instanceof TokenUnavailableError);
});

test("the caller's abort ends the wait at once, with the caller's reason", async () => {
  const world = await aLogin();
  world.login.faults.add({ kind: "hang" });
  const stop = new AbortController();
  const tokens = refreshAccessToken({ ...requestIn(world), signal: stop.signal });
  await world.arrived(1);
  stop.abort(new Error("the pass is over"));
  await assert.rejects(tokens, /the pass is over/);
});
