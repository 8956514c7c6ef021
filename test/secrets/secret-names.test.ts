import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isSecretName,
  mailPassword,
  microsoftRefreshToken,
  nearestSecretName,
} from "../../shared/secrets/secret-names.ts";

test("a connection's and a team's secrets are named after them", () => {
  assert.equal(microsoftRefreshToken("default"), "microsoft-refresh-token-default");
  assert.equal(mailPassword("manta-bots-2"), "mail-password-manta-bots-2");
});

for (const bad of ["", "-x", "x-", "Default", "a b", "../x", "x".repeat(64)]) {
  test(`${JSON.stringify(bad)} is refused as a connection's name, and the error says why`, () => {
    assert.throws(
      () => microsoftRefreshToken(bad),
      /is no <connection>: it must be 1 to 63 lower-case letters/,
    );
  });
}

for (const [name, known] of [
  ["microsoft-client-secret", true],
  ["session-key", true],
  ["microsoft-refresh-token-default", true],
  ["webex-refresh-token-a", true],
  ["mail-password-mantabots", true],
  [`mail-password-${"x".repeat(63)}`, true],
  ["mail-password-", false],
  ["mail-password-Manta", false],
  [`mail-password-${"x".repeat(64)}`, false],
  ["microsoft-refresh-token", false],
  ["toString", false],
] as const) {
  test(`${name} is ${known ? "a" : "no"} secret's name`, () => assert.equal(isSecretName(name), known));
}

for (const [given, meant] of [
  ["microsoft-clientsecret", "microsoft-client-secret"],
  ["MICROSOFT_CLIENT_SECRET", "microsoft-client-secret"],
  ["microsoft-refesh-token-default", "microsoft-refresh-token-default"],
  ["microsoft-refresh-tokens-manta-bots", "microsoft-refresh-token-manta-bots"],
  ["mail-pasword-mantabots", "mail-password-mantabots"],
  ["mail-password-Manta", "mail-password-manta"],
  ["jira-token", "jira-api-token"],
  ["something-else-altogether", undefined],
  ["", undefined],
] as const) {
  test(`for ${JSON.stringify(given)} the name ${meant ?? "of none"} is proposed`, () => {
    assert.equal(nearestSecretName(given), meant);
  });
}
