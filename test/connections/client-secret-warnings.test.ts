import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { clientSecretWarnings, type Told } from "../../shared/connections/client-secret-warnings.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const azurite = await startAzurite();
after(() => azurite.close());

const storage = storageAccountFrom(
  { AzureWebJobsStorage: azurite.connectionString },
  { clock: fakeClock("2026-11-03T04:00:00Z", { auto: true }) },
);

test("what the operator was told of a client secret is there for the next process", async () => {
  const told: Told = { warnedDays: [14, 7], toldOfTroubleAt: new Date("2026-11-03T06:00:00Z") };
  await clientSecretWarnings(storage).put("microsoft-client-secret", told);
  assert.deepEqual(await clientSecretWarnings(storage).get("microsoft-client-secret"), told);
  assert.deepEqual(await clientSecretWarnings(storage).get("webex-client-secret"), { warnedDays: [] });
});

test("what is told later takes the place of it all", async () => {
  const warnings = clientSecretWarnings(storage);
  await warnings.put("one", { warnedDays: [14], toldOfTroubleAt: new Date("2026-11-03T06:00:00Z") });
  await warnings.put("one", { warnedDays: [] });
  assert.deepEqual(await warnings.get("one"), { warnedDays: [] });
});
