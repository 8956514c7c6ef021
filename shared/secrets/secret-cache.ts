import type { Clock } from "../clock.ts";
import { withinDeadline } from "../http/deadline.ts";
import { SecretDisabledError, type SecretStore, type StoredSecret, secretStore } from "./secret-store.ts";

/** How long a store may keep those waiting who could do with the last known value. */
const PATIENCE_MS = 10_000;

/**
 * Remembers what a store said, so that a pass of many questions asks it once.
 * - A value is used again for `seconds`; `fresh` asks the store.
 * - When the store fails, or takes long, the last known value goes on serving plain reads, and the store is left alone
 *   for as long again: a vault that is down for a minute must not stop what worked a minute ago. An answer that comes
 *   late counts all the same. A `fresh` read waits, and gets the failure.
 * - A secret that was disabled is no failure of the store: its last known value is forgotten.
 * - That a secret is missing is not remembered: whoever has just been told to set one should not have to wait.
 * - Concurrent reads of one secret share one question.
 */
export function cachedSecrets(
  store: SecretStore,
  { clock, seconds }: { clock: Clock; seconds: number },
): SecretStore {
  const known = new Map<string, { secret: StoredSecret; until: number }>();
  const asked = new Map<string, Promise<StoredSecret | undefined>>();

  function remember(name: string, secret: StoredSecret | undefined): void {
    if (secret) known.set(name, { secret, until: clock.now().getTime() + seconds * 1000 });
    else known.delete(name);
  }

  function ask(name: string): Promise<StoredSecret | undefined> {
    const question = answer();
    asked.set(name, question);
    return question;

    async function answer(): Promise<StoredSecret | undefined> {
      try {
        const secret = await store.read(name, { fresh: true });
        // A later question, or a set, knows better.
        if (asked.get(name) === question) remember(name, secret);
        return secret;
      } catch (error) {
        if (error instanceof SecretDisabledError && asked.get(name) === question) known.delete(name);
        throw error;
      } finally {
        if (asked.get(name) === question) asked.delete(name);
      }
    }
  }

  return secretStore({
    place: store.place,
    async read(name, { fresh = false } = {}) {
      if (fresh) return ask(name);
      const last = known.get(name);
      if (last && clock.now().getTime() < last.until) return last.secret;
      const question = asked.get(name) ?? ask(name);
      if (!last) return question;
      try {
        return await withinDeadline({ milliseconds: PATIENCE_MS, clock }, () => question);
      } catch (error) {
        if (error instanceof SecretDisabledError) throw error;
        // Unless a late answer, or a set, has come first.
        if (known.get(name) === last) remember(name, last.secret);
        return known.get(name)?.secret;
      }
    },
    async set(name, value, details) {
      await store.set(name, value, details);
      asked.delete(name);
      remember(name, { value, storedOn: clock.now(), ...details });
    },
    retireOlder: (name, version) => store.retireOlder(name, version),
  });
}
