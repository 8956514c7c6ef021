import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { parseSettings } from "../../shared/config/settings.ts";

const Schema = z.object({
  DAYS: z.coerce.number("must be a number").default(1),
  NAME: z.string("is not set"),
});

test("settings become our own words and units, and others are left alone", () => {
  assert.deepEqual(parseSettings({ DAYS: "3", NAME: "a", PATH: "/bin" }, Schema), { DAYS: 3, NAME: "a" });
});

test("an empty setting counts as unset", () => {
  assert.deepEqual(parseSettings({ DAYS: "", NAME: "a" }, Schema), { DAYS: 1, NAME: "a" });
});

test("all mistakes are named at once, without their values", () => {
  assert.throws(() => parseSettings({ DAYS: "hunter2" }, Schema), {
    name: "SettingsError",
    message: "Settings to correct: DAYS: must be a number; NAME: is not set.",
  });
});
