import assert from "node:assert/strict";
import { test } from "node:test";
import { publicUrlFrom } from "../../shared/config/public-url.ts";

test("the public address is the setting's, then the platform's, then this machine's", () => {
  const WEBSITE_HOSTNAME = "rollcall.azurewebsites.net";
  assert.equal(publicUrlFrom({}), "http://localhost:7071");
  assert.equal(publicUrlFrom({ WEBSITE_HOSTNAME }), "https://rollcall.azurewebsites.net");
  assert.equal(
    publicUrlFrom({ WEBSITE_HOSTNAME, PUBLIC_URL: "https://rollcall.example/" }),
    "https://rollcall.example",
  );
  assert.equal(
    publicUrlFrom({ PUBLIC_URL: "https://example.org/rollcall/" }),
    "https://example.org/rollcall",
  );
  assert.equal(publicUrlFrom({ PUBLIC_URL: "http://127.0.0.1:8080" }), "http://127.0.0.1:8080");
});

test("an address that is not safe, or no base of links, is a mistake in the settings", () => {
  for (const PUBLIC_URL of [
    "http://rollcall.example",
    "rollcall.example",
    "https://rollcall.example/?a=b",
    "https://rollcall.example/#top",
    "javascript:alert(1)",
    "nonsense",
  ]) {
    assert.throws(() => publicUrlFrom({ PUBLIC_URL }), { name: "SettingsError", message: /PUBLIC_URL/ });
  }
});

test("blanks, capitals and marks without a query around an address do not get into links", () => {
  for (const PUBLIC_URL of [
    " https://rollcall.example ",
    "HTTPS://Rollcall.Example",
    "https://rollcall.example/?",
    "https://rollcall.example#",
    "https://rollcall.example:443//",
  ]) {
    assert.equal(publicUrlFrom({ PUBLIC_URL }), "https://rollcall.example", JSON.stringify(PUBLIC_URL));
  }
  assert.throws(() => publicUrlFrom({ PUBLIC_URL: "https://me:hunter2@rollcall.example" }), {
    name: "SettingsError",
    message: /PUBLIC_URL/,
  });
});
