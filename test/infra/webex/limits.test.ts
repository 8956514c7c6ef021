import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { RateLimiter } from "../../../infra/local/emulators/webex/rate-limiter.ts";
import {
  ADA,
  ADMIN_SCOPES,
  allPages,
  BOB,
  CAROL,
  directoryWorld,
  membersOf,
  ROOM,
} from "./directory-world.ts";
import type { Told } from "./directory-world.ts";

const NOON = Date.parse("2026-11-03T12:00:00Z");

suite("the rate limit", () => {
  test("lets a second's worth pass at once, and then as many as time allows", () => {
    const limiter = new RateLimiter();
    const limit = { requestsPerSecond: 10 };
    const passed = (milliseconds: number, tries: number): number => {
      const now = new Date(NOON + milliseconds);
      return Array.from({ length: tries }, () => limiter.take("a", limit, now)).filter((wait) => !wait)
        .length;
    };
    assert.equal(passed(0, 30), 10);
    assert.equal(passed(500, 30), 5);
    assert.equal(passed(60_000, 30), 10);
  });

  test("says in whole seconds when the next one may pass", () => {
    const limiter = new RateLimiter();
    const limit = { requestsPerSecond: 0.1, burst: 1 };
    const waits = [0, 0, 1, 9.5, 10].map((second) =>
      limiter.take("a", limit, new Date(NOON + second * 1000)),
    );
    assert.deepEqual(waits, [undefined, 10, 9, 1, undefined]);
  });

  test("is for each account by itself, answers 429 with Retry-After, and is counted", async () => {
    const { webex, ask, token, pass } = await directoryWorld();
    webex.settings.rateLimit = { requestsPerSecond: 2 };
    const before = webex.stats.requests;
    const answers = [await ask("/people/me"), await ask("/people/me"), await ask("/people/me")];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 429],
    );
    assert.equal(answers[2]?.headers.get("retry-after"), "1");
    assert.equal((await ask("/people/me", { token: await token(BOB) })).status, 200);
    // Another token of the same account has no more.
    assert.equal((await ask("/people/me", { token: await token(ADA, ADMIN_SCOPES) })).status, 429);
    pass(1000);
    assert.equal((await ask("/people/me")).status, 200);
    assert.equal(webex.stats.throttled, 2);
    assert.equal(webex.stats.requests - before, 6);
  });

  test("can be taken away", async () => {
    const { webex, ask } = await directoryWorld({}, { settings: { rateLimit: { requestsPerSecond: 1 } } });
    assert.equal((await ask("/people/me")).status, 200);
    assert.equal((await ask("/people/me")).status, 429);
    delete webex.settings.rateLimit;
    assert.equal((await ask("/people/me")).status, 200);
  });
});

test("requests under way are counted while the latency passes", async () => {
  const { webex, ask } = await directoryWorld();
  webex.faults.latencyMs = 60_000;
  const waiting: Promise<Told>[] = [1, 2, 3].map(() => ask("/people/me"));
  // Closing the emulator breaks these off.
  for (const each of waiting) each.catch(() => undefined);
  while (webex.stats.maxInFlight < 3) await setImmediate();
  webex.faults.latencyMs = 0;
  await ask("/people/me");
  assert.equal(webex.stats.maxInFlight, 4);
});

suite("faults", () => {
  test("lock a room for a while, and nothing is changed", async () => {
    const world = await directoryWorld();
    world.webex.faults.add({
      kind: "status",
      status: 423,
      headers: { "retry-after": "2" },
      method: "POST",
      path: "/memberships",
    });
    const locked = await world.add(CAROL);
    assert.equal(locked.status, 423);
    assert.equal(locked.headers.get("retry-after"), "2");
    assert.deepEqual(world.webex.changes, []);
    assert.equal((await world.add(CAROL)).status, 200);
  });

  test("lose an answer, and the repetition shows that the change was made", async () => {
    const world = await directoryWorld();
    world.webex.faults.add({ kind: "reset-after", method: "POST" });
    world.webex.faults.add({ kind: "reset-after", method: "DELETE" });
    await assert.rejects(world.add(CAROL));
    assert.equal((await world.add(CAROL)).status, 409);
    await assert.rejects(world.remove(BOB));
    assert.equal((await world.remove(BOB)).status, 404);
    assert.deepEqual(
      world.webex.changes.map(({ action, email }) => `${action} ${email}`),
      [`added ${CAROL}`, `removed ${BOB}`],
    );
    assert.deepEqual(membersOf(world), [ADA, CAROL]);
  });

  test("break one page of many", async () => {
    const world = await directoryWorld({}, { crowd: { count: 250 } });
    world.webex.faults.add({ kind: "status", status: 502, path: "/people\\?.*cursor=", after: 1 });
    await assert.rejects(allPages(world, "/people?max=50"));
    assert.equal((await allPages(world, "/people?max=50")).items.length, 253);
  });
});

test("a directory of 50,000 and a room of 5,000 are read in 50 and 5 pages", async () => {
  const members = [ADA, ...Array.from({ length: 4999 }, (_, index) => `somebody-${index + 1}@example.org`)];
  const world = await directoryWorld({ members }, { crowd: { count: 49_997 } });
  const people = await allPages(world, "/people?max=1000&excludeStatus=true");
  assert.equal(people.pages, 50);
  assert.equal(new Set(people.items.map(({ id }) => id)).size, 50_000);
  const roomId = world.webex.space(ROOM).id;
  assert.equal((await allPages(world, `/memberships?roomId=${roomId}&max=1000`)).pages, 5);
  assert.match(String((await world.add("somebody-5000@example.org")).body["message"]), /maximum number/);
});
