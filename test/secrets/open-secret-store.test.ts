import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const clock = fakeClock("2026-11-03T04:00:00Z");
const placeFor = (env: Record<string, string>): string => secretStoreFrom(env, { clock }).place;

test("secrets live in .local/secrets.json unless something else is set", () => {
  assert.equal(placeFor({}), path.resolve(".local/secrets.json"));
  assert.equal(placeFor({ SECRETS_FILE: "", KEY_VAULT_URL: "" }), path.resolve(".local/secrets.json"));
  assert.equal(placeFor({ SECRETS_FILE: "/srv/rollcall/secrets.json" }), "/srv/rollcall/secrets.json");
});

test("with KEY_VAULT_URL they live in that vault, also in the cloud", () => {
  const env = {
    KEY_VAULT_URL: "https://rollcall.vault.azure.net",
    WEBSITE_HOSTNAME: "rollcall.azurewebsites.net",
  };
  assert.equal(placeFor(env), "the Key Vault https://rollcall.vault.azure.net");
});

test("in the cloud a file is refused, with the reason and what to set", () => {
  assert.throws(
    () => placeFor({ WEBSITE_HOSTNAME: "rollcall.azurewebsites.net", SECRETS_FILE: "/home/secrets.json" }),
    {
      name: "SettingsError",
      message: /KEY_VAULT_URL is not set\. In the cloud secrets live in a Key Vault only/,
    },
  );
});

test("wrong settings are all named, without their values", () => {
  assert.throws(
    () => placeFor({ KEY_VAULT_URL: "http://hunter2", SECRET_CACHE_SECONDS: "hunter2" }),
    (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, /KEY_VAULT_URL: must be an https URL/);
      assert.match(error.message, /SECRET_CACHE_SECONDS: must be a number of seconds/);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    },
  );
});
