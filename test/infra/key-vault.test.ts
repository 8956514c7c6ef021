import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, suite, test } from "node:test";
import { DefaultAzureCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { issueToken, readToken } from "../../infra/local/emulators/access-token.ts";
import type { Emulator } from "../../infra/local/emulators/emulator.ts";
import { startKeyVault } from "../../infra/local/emulators/key-vault.ts";
import { startManagedIdentity } from "../../infra/local/emulators/managed-identity.ts";
import type { ManagedIdentity } from "../../infra/local/emulators/managed-identity.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";

const KEY = "shared with the login emulator";
const TENANT = "11111111-1111-4111-8111-111111111111";
const LOGIN = "https://login.localhost";

suite("the Key Vault emulator, through Microsoft's own libraries", () => {
  let vault: Emulator;
  let identity: ManagedIdentity;
  let client: SecretClient;
  let now: number;

  before(async () => {
    identity = await startManagedIdentity({ tokenKey: KEY, tenant: TENANT, clientId: "rollcall-app" });
    Object.assign(process.env, identity.environment);
  });
  after(() => identity.close());

  beforeEach(async () => {
    // Microsoft's library looks at the machine's clock for the life of its tokens.
    now = Math.floor(Date.now() / 1000) * 1000;
    const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
    vault = await startKeyVault({
      certificate,
      loginUrl: LOGIN,
      tenant: TENANT,
      readToken: (token) => readToken(token, KEY),
      clock: { now: () => new Date(now) },
    });
    client = new SecretClient(vault.url, new DefaultAzureCredential(), { retryOptions: { maxRetries: 0 } });
  });
  afterEach(() => vault.close());

  test("is reached by the app's managed identity, after its challenge", async () => {
    await client.setSecret("webex-client-secret", "s3cret");
    assert.equal((await client.getSecret("webex-client-secret")).value, "s3cret");
    assert.deepEqual(
      vault.exchanges.map(({ method, status }) => `${method} ${status}`),
      ["PUT 401", "PUT 200", "GET 200"],
    );
  });

  test("keeps what is said of a secret, and gives each value a version of its own", async () => {
    const expiresOn = new Date("2026-06-01T00:00:00Z");
    const first = await client.setSecret("token", "one", { expiresOn, tags: { account: "ada" } });
    now += 5000;
    const second = await client.setSecret("token", "two", { contentType: "text/plain" });

    assert.notEqual(first.properties.version, second.properties.version);
    assert.equal((await client.getSecret("TOKEN")).value, "two");
    const old = await client.getSecret("token", { version: first.properties.version ?? "" });
    assert.equal(old.value, "one");
    assert.deepEqual(old.properties.expiresOn, expiresOn);
    assert.deepEqual(old.properties.tags, { account: "ada" });
    assert.deepEqual(second.properties.createdOn, new Date(now));
    assert.equal(second.properties.contentType, "text/plain");
    assert.equal(second.properties.recoverableDays, 90);
  });

  test("lists secrets and versions page by page", async () => {
    for (let i = 0; i < 30; i++) await client.setSecret(`secret-${i}`, "x");
    for (let i = 0; i < 26; i++) await client.setSecret("many", String(i));
    const names = [];
    for await (const { name, version } of client.listPropertiesOfSecrets()) {
      assert.equal(version, undefined);
      names.push(name);
    }
    assert.equal(names.length, 31);
    const versions = new Set();
    for await (const { version } of client.listPropertiesOfSecretVersions("many")) versions.add(version);
    assert.equal(versions.size, 27 - 1);
    const lists = vault.exchanges.filter(({ path }) => path === "/secrets" || path.endsWith("/versions"));
    assert.equal(lists.length, 4);
  });

  test("changes what is said of a version, and a disabled one is kept to itself", async () => {
    const { properties } = await client.setSecret("token", "one", { tags: { kept: "yes" } });
    const version = properties.version ?? "";
    const updated = await client.updateSecretProperties("token", version, { enabled: false });
    assert.equal(updated.enabled, false);
    assert.deepEqual(updated.tags, { kept: "yes" });
    await assert.rejects(client.getSecret("token"), {
      statusCode: 403,
      message: "Operation get is not allowed on a disabled secret.",
    });
    await client.setSecret("token", "two");
    assert.equal((await client.getSecret("token")).value, "two");
  });

  test("deletes softly: the name is taken until the secret is recovered or purged", async () => {
    await client.setSecret("token", "one");
    const poller = await client.beginDeleteSecret("token", { intervalInMs: 1 });
    const deleted = await poller.pollUntilDone();
    assert.deepEqual(deleted.deletedOn, new Date(now));
    assert.deepEqual(deleted.scheduledPurgeDate, new Date(now + 90 * 86_400_000));
    await assert.rejects(client.getSecret("token"), { statusCode: 404, code: "SecretNotFound" });
    await assert.rejects(client.setSecret("token", "two"), { statusCode: 409, code: "Conflict" });
    const listed = [];
    for await (const { name } of client.listDeletedSecrets()) listed.push(name);
    assert.deepEqual(listed, ["token"]);

    await (await client.beginRecoverDeletedSecret("token", { intervalInMs: 1 })).pollUntilDone();
    assert.equal((await client.getSecret("token")).value, "one");

    await (await client.beginDeleteSecret("token", { intervalInMs: 1 })).pollUntilDone();
    await client.purgeDeletedSecret("token");
    await client.setSecret("token", "three");
  });

  test("purges by itself when 90 days have passed", async () => {
    await client.setSecret("token", "one");
    await (await client.beginDeleteSecret("token", { intervalInMs: 1 })).pollUntilDone();
    now += 90 * 86_400_000;
    // The token of the first call has expired by then; the library asks for another.
    const later = new SecretClient(vault.url, {
      getToken: () => Promise.resolve({ token: tokenFor("https://vault.localhost"), expiresOnTimestamp: 0 }),
    });
    await assert.rejects(later.getSecret("token"), { statusCode: 404 });
    await later.setSecret("token", "two");
    assert.equal((await later.getSecret("token")).value, "two");
  });

  for (const [what, set] of [
    ["a name with an underscore", () => client.setSecret("no_good", "x")],
    ["a value over 25,600 bytes", () => client.setSecret("token", "é".repeat(12_801))],
    ["more than 15 tags", () => client.setSecret("token", "x", { tags: tags(16) })],
    ["a tag over 256 characters", () => client.setSecret("token", "x", { tags: { long: "x".repeat(257) } })],
  ] as const) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(set(), { statusCode: 400, code: "BadParameter" });
    });
  }

  test("takes what is just within the limits", async () => {
    await client.setSecret("a".repeat(127), "é".repeat(12_800), { tags: tags(15) });
  });

  test("a name that JavaScript knows is a name like any other", async () => {
    await assert.rejects(client.getSecret("constructor"), { statusCode: 404 });
    await client.setSecret("constructor", "x");
    assert.equal((await client.getSecret("constructor")).value, "x");
  });

  const tokenFor = (audience: string, expiresAt = new Date(now + 1000)): string =>
    issueToken({ audience, scopes: [], roles: [], tenant: TENANT, clientId: "app", expiresAt }, KEY);
  for (const [what, token, message] of [
    ["no token", () => undefined, /AKV10000/],
    ["a forged token", () => `${tokenFor("https://vault.localhost")}x`, /AKV10046/],
    ["a token for another service", () => tokenFor("https://graph.microsoft.com"), /AKV10022/],
    ["an expired token", () => tokenFor("https://vault.localhost", new Date(now)), /TokenExpired/],
  ] as const) {
    test(`answers ${what} with its challenge`, async () => {
      const bearer = token();
      const response = await fetch(`${vault.url}/secrets/token?api-version=7.4`, {
        headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
      });
      assert.equal(response.status, 401);
      assert.equal(
        response.headers.get("www-authenticate"),
        `Bearer authorization="${LOGIN}/${TENANT}", resource="https://vault.localhost"`,
      );
      assert.match(await response.text(), message);
    });
  }

  test("asks for an api-version it knows", async () => {
    const headers = { authorization: `Bearer ${tokenFor("https://vault.localhost")}` };
    for (const query of ["", "?api-version=1999"]) {
      assert.equal((await fetch(`${vault.url}/secrets/token${query}`, { headers })).status, 400);
    }
  });

  test("the identity endpoint gives tokens only to who knows its header", async () => {
    const { IDENTITY_ENDPOINT } = identity.environment;
    const url = `${IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=https://vault.localhost`;
    const response = await fetch(url, { headers: { "x-identity-header": "guess" } });
    assert.equal(response.status, 401);
  });
});

function tags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, "x"]));
}
