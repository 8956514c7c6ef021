import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../shared/health.ts";
import { fakeClock } from "./fakes/fake-clock.ts";

const clock = fakeClock("2026-11-03T04:00:00Z");

test("each part is looked at, whatever is wrong with another", async () => {
  const report = await examine(
    {
      storage: async () => ({ state: "ok", detail: "it can be reached" }),
      webex: async () => ({ state: "off", detail: "WEBEX_CLIENT_ID is not set." }),
      secrets: () => Promise.reject(new Error("the vault is closed\nwith a page for its support")),
    },
    { clock },
  );
  assert.deepEqual(report, {
    status: "wrong",
    parts: {
      storage: { state: "ok", detail: "it can be reached" },
      webex: { state: "off", detail: "WEBEX_CLIENT_ID is not set." },
      secrets: { state: "wrong", detail: "the vault is closed" },
    },
  });
});

test("what is off is a choice, and nothing wrong", async () => {
  const report = await examine({ webex: async () => ({ state: "off", detail: "" }) }, { clock });
  assert.equal(report.status, "ok");
});

test("a part that fails without a word is wrong, and says so much", async () => {
  const report = await examine({ storage: () => Promise.reject(new RangeError("")) }, { clock });
  assert.deepEqual(report.parts["storage"], { state: "wrong", detail: "RangeError" });
});

test("a part that does not answer is wrong after 15 seconds", async () => {
  const report = examine({ storage: () => new Promise(() => undefined) }, { clock });
  await clock.asleep(15_000);
  await clock.advance(15_000);
  assert.deepEqual((await report).parts["storage"], { state: "wrong", detail: "Not done within 15 s" });
});
