import assert from "node:assert/strict";
import { test } from "node:test";
import type { SecretStore } from "../../shared/secrets/secret-store.ts";

/** What every secret store does, the fake included. Each case gets an empty store. */
export function secretStoreCases(kind: string, open: () => Promise<SecretStore>): void {
  test(`${kind}: a secret that was never set is undefined`, async () => {
    const store = await open();
    assert.equal(await store.get("session-key"), undefined);
    assert.equal(await store.read("session-key", { fresh: true }), undefined);
  });

  test(`${kind}: a secret reads back as it was set, and the latest value counts`, async () => {
    const store = await open();
    await store.set("session-key", "first");
    await store.set("session-key", 'second "ü" \u{1F511}\n');
    assert.equal(await store.get("session-key"), 'second "ü" \u{1F511}\n');
    assert.equal((await store.read("session-key"))?.value, 'second "ü" \u{1F511}\n');
  });

  test(`${kind}: secrets set at the same time are all kept`, async () => {
    const store = await open();
    const names = Array.from({ length: 12 }, (_, index) => `mail-password-team-${index}`);
    await Promise.all(names.map((name) => store.set(name, `of ${name}`)));
    const values = await Promise.all(names.map((name) => store.get(name)));
    assert.deepEqual(
      values,
      names.map((name) => `of ${name}`),
    );
  });

  test(`${kind}: details of a secret are taken, whether they are kept or not`, async () => {
    const store = await open();
    const expiresOn = new Date("2027-01-31T04:00:00Z");
    await store.set("microsoft-refresh-token-default", "token", { expiresOn, tags: { made: "by a test" } });
    assert.equal(await store.get("microsoft-refresh-token-default"), "token");
  });

  test(`${kind}: says where it is`, async () => {
    const store = await open();
    assert.notEqual(store.place, "");
  });
}
