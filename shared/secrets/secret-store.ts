/**
 * Where secrets live: a Key Vault in the cloud, a file on a developer's machine.
 * A store tells "there is no such secret" (undefined) from "could not be read" (it throws).
 */
export interface SecretStore {
  /** For messages: where a person finds these secrets. */
  readonly place: string;
  /**
   * The current value of a secret, or undefined when there is none.
   * @param options.fresh  asks the store itself, not a remembered value: for a credential its service has just refused
   * @throws {SecretStoreError} the store could not be asked
   */
  get(name: string, options?: { fresh?: boolean }): Promise<string | undefined>;
  /**
   * The same, with what the store knows of the value beside it.
   * @throws {SecretStoreError} the store could not be asked
   */
  read(name: string, options?: { fresh?: boolean }): Promise<StoredSecret | undefined>;
  /**
   * Stores a new version of a secret.
   * @throws {SecretStoreError} nothing was stored, or it is not known whether it was
   */
  set(name: string, value: string, details?: SecretDetails): Promise<void>;
}

export interface StoredSecret {
  value: string;
  /** When this value was stored; absent when the store does not remember (a file). */
  storedOn?: Date;
}

export interface SecretDetails {
  /** When the value stops working, as its issuer says. */
  expiresOn?: Date;
  /** At most 15, of 256 characters each. Never secret. */
  tags?: Record<string, string>;
}

/** The secret store could not be read or written; says where and what to do. */
export class SecretStoreError extends Error {
  override readonly name = "SecretStoreError";
}

/** Completes a store that reads and sets with the plain `get`. */
export function secretStore(parts: Omit<SecretStore, "get">): SecretStore {
  return { ...parts, get: async (name, options) => (await parts.read(name, options))?.value };
}
