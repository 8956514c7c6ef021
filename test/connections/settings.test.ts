import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionsSettingsFrom } from "../../shared/connections/settings.ts";

test("without settings nobody is warned by mail, and history is kept for 90 days", () => {
  const { operatorAddress, operatorMailConnection, historyDays } = connectionsSettingsFrom({
    OPERATOR_ADDRESS: "",
  });
  assert.deepEqual([operatorAddress, operatorMailConnection, historyDays], [undefined, undefined, 90]);
});

test("every wrong setting is named at once, and no value", () => {
  const env = {
    OPERATOR_ADDRESS: "hunter2",
    OPERATOR_MAIL_CONNECTION: "Hunter2!",
    HISTORY_DAYS: "0",
    GRAPH_URL: "http://hunter2",
  };
  assert.throws(
    () => connectionsSettingsFrom(env),
    (error: Error) => {
      for (const name of Object.keys(env)) assert.match(error.message, new RegExp(name));
      assert.doesNotMatch(error.message, /hunter2/i);
      return error.name === "SettingsError";
    },
  );
});
