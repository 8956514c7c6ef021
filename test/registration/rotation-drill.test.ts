import assert from "node:assert/strict";
import { after, test, type TestContext } from "node:test";
import type { SecretClient } from "@azure/keyvault-secrets";
import type { Emulator } from "../../infra/local/emulators/emulator.ts";
import { startManagedIdentity } from "../../infra/local/emulators/managed-identity.ts";
import type { Run } from "../../shared/registration/run.ts";
import { KEY, TENANT, aVault } from "../secrets/vault-world.ts";
import { type World, aWorld } from "../worlds/registration-world.ts";
import { session } from "../worlds/seeds.ts";
import { CLIENT_ID } from "../worlds/services.ts";

/*
 * An operator replaces the client secret in the portal while passes run every second, wired as in the cloud: the vault
 * is asked by its library with the managed identity, and keeps its values for SECRET_CACHE_SECONDS, which is 60.
 */

const SECRET = "microsoft-client-secret";
const NEW_SECRET = "the-new-client-secret";
const CACHE_SECONDS = 60;

const identity = await startManagedIdentity({
  tokenKey: KEY,
  tenant: TENANT,
  clientId: "rollcall",
  // The vault's clock is a fake one; its tokens are good for it and for the machine's.
  clock: { now: () => new Date("2099-12-31T00:00:00Z") },
});
after(() => identity.close());
Object.assign(process.env, identity.environment);

interface Drill extends World {
  vault: Emulator;
  operator: SecretClient;
  /** A pass each second, or every few, for so many seconds; what happens at a second happens before its pass. */
  passes: (
    seconds: number,
    happens?: Record<number, () => void | Promise<unknown>>,
    every?: number,
  ) => Promise<Run[]>;
  /** How the login service has answered since the last question. */
  answers: () => number[];
}

async function aDrill(t: TestContext): Promise<Drill> {
  const { vault, client: operator } = await aVault();
  const settings = { KEY_VAULT_URL: vault.url, SECRET_CACHE_SECONDS: String(CACHE_SECONDS) };
  const world = await aWorld(t, { events: [session()], settings });
  // Shorter than a token is kept, so that each request of each pass needs a new one.
  world.login.setAccessTokenLife(60);
  let seen = 0;
  return {
    ...world,
    vault,
    operator,
    async passes(seconds, happens = {}, every = 1) {
      const runs: Run[] = [];
      for (let second = 0; second < seconds; second += every) {
        await happens[second]?.();
        runs.push(await world.run());
        await world.clock.advance(every * 1000);
      }
      return runs;
    },
    answers() {
      const statuses = world.login.exchanges.slice(seen).map(({ status }) => status);
      seen += statuses.length;
      return statuses;
    },
  };
}

/** The seconds whose pass did not end well, with the code of its error. */
function failures(runs: Run[]): string[] {
  return runs.flatMap(({ status, error }, second) => (status === "ok" ? [] : [`${second} ${error?.code}`]));
}

test("a client secret that is replaced as the old one is revoked costs no pass, and one refusal", async (t) => {
  const { passes, answers, login, operator } = await aDrill(t);
  const runs = await passes(90, {
    async 20() {
      login.addSecret(CLIENT_ID, NEW_SECRET);
      await operator.setSecret(SECRET, NEW_SECRET);
      login.expireSecret(CLIENT_ID, "the-client-secret");
    },
  });
  assert.deepEqual(failures(runs), []);
  const statuses = answers();
  const refused = statuses.filter((status) => status !== 200).length;
  assert.equal(refused, 1);
  t.diagnostic(`${runs.length} passes, ${statuses.length} refreshes, ${refused} refused, 0 passes failed`);
});

test("a client secret that is stored before the old one ends is in use when the cache's time is over", async (t) => {
  const { passes, answers, login, operator } = await aDrill(t);
  const runs = await passes(90, {
    async 10() {
      login.addSecret(CLIENT_ID, NEW_SECRET);
      await operator.setSecret(SECRET, NEW_SECRET);
    },
    [10 + CACHE_SECONDS]: () => login.expireSecret(CLIENT_ID, "the-client-secret"),
  });
  assert.deepEqual(failures(runs), []);
  assert.ok(answers().every((status) => status === 200));
});

test("while there is no valid client secret passes fail and say so; the first one after it is stored works", async (t) => {
  const { passes, login, operator } = await aDrill(t);
  const runs = await passes(40, {
    10: () => login.expireSecret(CLIENT_ID),
    async 20() {
      login.addSecret(CLIENT_ID, NEW_SECRET);
      await operator.setSecret(SECRET, NEW_SECRET);
    },
  });
  assert.deepEqual(
    failures(runs),
    Array.from({ length: 10 }, (_, index) => `${10 + index} client_secret_refused`),
  );
  t.diagnostic("revoked for 10 s without a successor: 10 passes failed, the 11th worked");
});

for (const status of [429, 503]) {
  test(`a vault that answers ${status} for two minutes costs no pass: the last good values serve`, async (t) => {
    const { passes, vault } = await aDrill(t);
    const soon = { "retry-after-ms": "1" };
    const outage = {
      15: () => vault.faults.add({ kind: "status", status, headers: soon, times: 0 }),
      135: () => vault.faults.clear(),
    };
    const runs = await passes(150, outage, 5);
    assert.deepEqual(failures(runs), []);
  });
}
