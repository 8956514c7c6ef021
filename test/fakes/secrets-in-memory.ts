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
  /** Versions whose predecessors were disabled, as `name/version`. */
  readonly retirements: string[];
  /** As an administrator deletes a secret. */
  delete(name: string): void;
  /** Throws in place of every answer as long as it is set. */
  failure: Error | undefined;
}

/** A secret store without a place on disk; remembers versions and when they were stored, as a vault does. */
export function secretsInMemory(clock: Clock, values: Record<string, string> = {}): SecretsInMemory {
  const stored = new Map<string, StoredSecret>();
  let versions = 0;
  const keep = (name: string, value: string, details: SecretDetails = {}): void => {
    versions += 1;
    stored.set(name, { value, storedOn: clock.now(), version: String(versions), ...details });
  };
  for (const [name, value] of Object.entries(values)) keep(name, value);
  const watch: Omit<SecretsInMemory, keyof SecretStore> = {
    reads: [],
    sets: [],
    retirements: [],
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
      keep(name, value, details);
    },
    async retireOlder(name, version) {
      if (watch.failure) throw watch.failure;
      watch.retirements.push(`${name}/${version}`);
      const present = stored.get(name);
      if (present?.version === version) stored.set(name, { ...present, olderRetired: true });
    },
  });
  return Object.assign(watch, store);
}
