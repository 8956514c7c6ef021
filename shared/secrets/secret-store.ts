/**
 * Where secrets live: a Key Vault in the cloud, a file on a developer's machine.
 * A store tells "there is no such secret" (undefined) from "could not be read" (it throws).
 */
export interface SecretStore {
  /**
   * The current value of a secret, or undefined when there is none.
   * @param options.fresh  asks the store itself, not a remembered value: for a credential its service has just refused
   * @throws {SecretStoreError} the store could not be asked
   */
  get(name: string, options?: { fresh?: boolean }): Promise<string | undefined>;
  /**
   * Stores a new version of a secret.
   * @throws {SecretStoreError} nothing was stored
   */
  set(name: string, value: string, details?: SecretDetails): Promise<void>;
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
