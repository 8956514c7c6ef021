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
  /**
   * Disables what a version has replaced, in a store that keeps older versions: once it is known to work.
   * @param version  as `read` gave it; this one and those after it stay as they are
   * @throws {SecretStoreError} not all of them could be disabled
   */
  retireOlder(name: string, version: string): Promise<void>;
}

export interface StoredSecret {
  value: string;
  /** When this value was stored; absent when the store does not remember (a file). */
  storedOn?: Date;
  /** When the value stops working, where the store was told. */
  expiresOn?: Date;
  /** What it was tagged with; absent when the store knows no tags (a file). */
  tags?: Record<string, string>;
  /** Which version this is, in a store that keeps them. */
  version?: string;
  /** Whether the versions before this one were disabled already. */
  olderRetired?: boolean;
}

export interface SecretDetails {
  /** When the value stops working, as its issuer says. */
  expiresOn?: Date;
  /** At most 15, of 256 characters each. Never secret. */
  tags?: Record<string, string>;
}

/** The secret store could not be read or written; says where and what to do. */
export class SecretStoreError extends Error {
  override readonly name: string = "SecretStoreError";
}

/** An operator has taken the secret out of use: no value that is remembered may serve in its place. */
export class SecretDisabledError extends SecretStoreError {
  override readonly name: string = "SecretDisabledError";
}

/** Completes a store that reads and sets: with the plain `get`, and for one that keeps no older versions. */
export function secretStore(
  parts: Omit<SecretStore, "get" | "retireOlder"> & Partial<Pick<SecretStore, "retireOlder">>,
): SecretStore {
  return {
    retireOlder: async () => undefined,
    ...parts,
    get: async (name, options) => (await parts.read(name, options))?.value,
  };
}
