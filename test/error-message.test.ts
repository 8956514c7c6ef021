import assert from "node:assert/strict";
import { test } from "node:test";
import { firstLineOf, messageOf } from "../shared/error-message.ts";

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

test("of an error one line is told, and never none", () => {
  for (const [error, line] of [
    [new Error("The service is busy.\nRequestId: 7"), "The service is busy."],
    [new RangeError(""), "RangeError"],
    [new Error("\nRequestId: 7"), "it did not say why"],
    ["away\nfor good", "away"],
  ] as const) {
    assert.equal(firstLineOf(error), line);
  }
});
