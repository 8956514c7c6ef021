import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { LIMITS, Throttle } from "../../../infra/local/emulators/graph/throttle.ts";
import type { Visit } from "../../../infra/local/emulators/graph/throttle.ts";
import { COACH, graphWorld, keepUnderWay, messageOf, refusalOf } from "./graph-world.ts";

const VISIT: Visit = { app: "app", tenant: "t", mailbox: "coach@example.org", extensions: false };
const NOON = new Date("2026-11-03T12:00:00Z");

function later(seconds: number): Date {
  return new Date(NOON.getTime() + seconds * 1000);
}

/** What is answered after so many quick visits: nothing, or the seconds to wait. */
function waitAfter(throttle: Throttle, count: number, visit: Visit, now = NOON): string | undefined {
  for (let index = 0; index < count; index += 1) throttle.enter(visit, now)();
  try {
    throttle.enter(visit, now)();
    return undefined;
  } catch (error) {
    return (error as { headers: Record<string, string> }).headers["retry-after"];
  }
}

suite("requests under way", () => {
  test("are four for one app and one mailbox, and the fifth is refused with a time to wait", async () => {
    const world = await graphWorld();
    await keepUnderWay(world, 4, () => [1, 2, 3, 4].map(() => world.ask("/me/calendars")));

    const fifth = await world.ask("/me/calendars");
    assert.equal(refusalOf(fifth), "429 ApplicationThrottled");
    assert.equal(messageOf(fifth), "Application is over its MailboxConcurrency limit.");
    assert.equal(fifth.headers.get("retry-after"), "1");
    assert.equal(world.graph.stats.throttled, 1);
    assert.equal(world.graph.stats.maxInFlight.get(COACH), 4);
  });

  test("of another app, another mailbox or the directory do not count", async () => {
    const other = "other@mantabots.example";
    const accounts = [COACH, other].map((account) => ({ account, displayName: account }));
    const world = await graphWorld({}, { seed: { accounts } });
    await keepUnderWay(world, 4, () => [1, 2, 3, 4].map(() => world.ask("/me/calendars")));

    const app = { token: world.token({ clientId: "another app" }) };
    assert.equal((await world.ask("/me/calendars", app)).status, 200);
    const mailbox = { token: world.token({ account: other }) };
    assert.equal((await world.ask("/me/calendars", mailbox)).status, 200);
    assert.equal((await world.ask("/me")).status, 200);
  });

  test("are no longer under way when they were refused or failed", async () => {
    const world = await graphWorld();
    for (let index = 0; index < 6; index += 1) {
      assert.equal(refusalOf(await world.ask("/me/events/7")), "400 ErrorInvalidIdMalformed");
    }
  });
});

suite("requests in a while", () => {
  test("are ten thousand in ten minutes for a mailbox", () => {
    const throttle = new Throttle();
    assert.equal(waitAfter(throttle, LIMITS.mailboxRequests.requests - 1, VISIT), undefined);
    assert.equal(waitAfter(throttle, 0, VISIT), "600");
    assert.equal(waitAfter(throttle, 0, { ...VISIT, mailbox: "other@example.org" }), undefined);
    assert.equal(waitAfter(throttle, 0, VISIT, later(600)), undefined);
  });

  test("about extensions are 455 in ten seconds for an app in a tenant, whatever the mailbox", () => {
    const throttle = new Throttle();
    const visit = { ...VISIT, extensions: true };
    assert.equal(waitAfter(throttle, 454, visit), undefined);
    assert.equal(waitAfter(throttle, 0, { ...visit, mailbox: "other@example.org" }, later(4)), "6");
    assert.equal(waitAfter(throttle, 0, VISIT, later(4)), undefined);
    assert.equal(waitAfter(throttle, 0, visit, later(11)), undefined);
  });
});
