import type { Clock } from "../../shared/clock.ts";
import {
  type SecretDetails,
  type SecretStore,
  type StoredSecret,
  secretStore,
} from "../../shared/secrets/secret-store.ts";

export interface SecretsInMemory extends SecretStore {
  /** Names read and set so far, in order. */
  readonly reads: string[];
  readonly sets: { name: string; value: string; details: SecretDetails }[];
  /** As an administrator deletes a secret. */
  delete(name: string): void;
  /** Throws in place of every answer as long as it is set. */
  failure: Error | undefined;
}

/** A secret store without a place on disk; remembers when a value was stored, as a vault does. */
export function secretsInMemory(clock: Clock, values: Record<string, string> = {}): SecretsInMemory {
  const stored = new Map<string, StoredSecret>(
    Object.entries(values).map(([name, value]) => [name, { value, storedOn: clock.now() }]),
  );
  const watch: Omit<SecretsInMemory, keyof SecretStore> = {
    reads: [],
    sets: [],
    delete: (name) => void stored.delete(name),
    failure: undefined,
  };
  const store = secretStore({
    place: "memory",
    async read(name) {
      watch.reads.push(name);
      if (watch.failure) throw watch.failure;
      return stored.get(name);
    },
    async set(name, value, details = {}) {
      if (watch.failure) throw watch.failure;
      watch.sets.push({ name, value, details });
      stored.set(name, { value, storedOn: clock.now() });
    },
  });
  return Object.assign(watch, store);
}
