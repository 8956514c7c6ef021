import assert from "node:assert/strict";
import { test } from "node:test";
import { microsoftSettingsFrom } from "../../shared/oauth/microsoft-settings.ts";

test("without settings it is the public cloud, any kind of account, and no app yet", () => {
  assert.deepEqual(microsoftSettingsFrom({}), {
    loginUrl: "https://login.microsoftonline.com",
    tenant: "common",
    clientId: undefined,
  });
});

test("a national cloud, a tenant and an app are taken as they are", () => {
  assert.deepEqual(
    microsoftSettingsFrom({
      MICROSOFT_LOGIN_URL: "https://login.microsoftonline.us",
      MICROSOFT_TENANT: "contoso.onmicrosoft.com",
      MICROSOFT_CLIENT_ID: "1111",
    }),
    { loginUrl: "https://login.microsoftonline.us", tenant: "contoso.onmicrosoft.com", clientId: "1111" },
  );
});

test("a login service without TLS and a tenant that is a path are refused together", () => {
  const env = { MICROSOFT_LOGIN_URL: "http://localhost:8080", MICROSOFT_TENANT: "../other" };
  assert.throws(() => microsoftSettingsFrom(env), {
    name: "SettingsError",
    message: /MICROSOFT_LOGIN_URL: must be an https URL; MICROSOFT_TENANT: must be a tenant's id or domain/,
  });
});
