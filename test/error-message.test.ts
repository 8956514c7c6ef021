import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "../shared/error-message.ts";

test("an error always says something", () => {
  const mute = new TypeError("");
  for (const [error, message] of [
    [new Error("away"), "away"],
    [mute, "TypeError"],
    [new Error("", { cause: new Error("the socket hung up") }), "the socket hung up"],
    [new Error("", { cause: mute }), "TypeError"],
    ["away", "away"],
    ["", "nothing is known of it"],
  ] as const) {
    assert.equal(messageOf(error), message);
  }
});
