import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";
import { systemClock } from "../../shared/clock.ts";
import { sessionKey } from "../../shared/oauth/session-key.ts";
import { type StorageAccount, storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { secretsInMemory } from "../fakes/secrets-in-memory.ts";

const { certificateFile } = await ensureCertificates(LOCAL_CERTIFICATES);
const azurite = await startAzurite({ certificateFile });
after(() => azurite.close());

const clock = fakeClock("2026-11-03T04:00:00Z", { auto: true });

/** A storage account of this test's own. */
function aStorage(): StorageAccount {
  const storage = storageAccountFrom({ AzureWebJobsStorage: azurite.connectionString }, { clock });
  const suffix = randomUUID();
  return { ...storage, container: (name) => storage.container(`${name}-${suffix}`) };
}

test("the key is made when it is first needed, and kept", async () => {
  const secrets = secretsInMemory(clock);
  const storage = aStorage();
  const first = await sessionKey({ secrets, storage, clock }).derive("tickets");
  const restarted = await sessionKey({ secrets, storage, clock }).derive("tickets");
  assert.deepEqual(first, restarted);
  assert.equal(first.length, 32);
  assert.equal(secrets.sets.length, 1);
  assert.match(secrets.sets[0]?.value ?? "", /^[\w-]{43}$/);
});

test("each purpose has a key of its own", async () => {
  const key = sessionKey({ secrets: secretsInMemory(clock), storage: aStorage(), clock });
  const keys = await Promise.all(["tickets", "pkce:a", "pkce:b"].map((purpose) => key.derive(purpose)));
  assert.equal(new Set(keys.map((each) => each.toString("hex"))).size, 3);
});

test("instances that need it at the same moment make one", async () => {
  const secrets = secretsInMemory(clock);
  const options = { secrets, storage: aStorage(), clock: systemClock };
  const keys = await Promise.all(Array.from({ length: 8 }, () => sessionKey(options).derive("tickets")));
  assert.equal(new Set(keys.map((each) => each.toString("hex"))).size, 1);
  assert.equal(secrets.sets.length, 1);
});

test("a word that somebody chose is no key", async () => {
  const secrets = secretsInMemory(clock, { "session-key": "correct horse" });
  await assert.rejects(sessionKey({ secrets, storage: aStorage(), clock }).derive("tickets"), {
    name: "SecretStoreError",
    message: /session-key in memory is too short.*openssl rand -base64 32/,
  });
});
