import type { EmulatorAnswer } from "../exchange.ts";

/**
 * A refusal, in Key Vault's words.
 * @see https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
 */
export class VaultError extends Error {
  override readonly name = "VaultError";
  readonly status: number;
  readonly code: string;
  readonly innerCode: string | undefined;

  constructor(status: number, code: string, message: string, innerCode?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.innerCode = innerCode;
  }

  answer(headers: Record<string, string> = {}): EmulatorAnswer {
    const inner = this.innerCode === undefined ? {} : { innererror: { code: this.innerCode } };
    return {
      status: this.status,
      headers,
      body: { error: { code: this.code, message: this.message, ...inner } },
    };
  }
}

export function badParameter(message: string): VaultError {
  return new VaultError(400, "BadParameter", message);
}

export function notFound(name: string): VaultError {
  return new VaultError(
    404,
    "SecretNotFound",
    `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );
}

export function deletedNotFound(name: string): VaultError {
  return new VaultError(404, "SecretNotFound", `Deleted Secret not found: ${name}`);
}

export function nameTaken(name: string): VaultError {
  return new VaultError(
    409,
    "Conflict",
    `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
    "ObjectIsDeletedButRecoverable",
  );
}

export function disabled(operation: string): VaultError {
  return new VaultError(
    403,
    "Forbidden",
    `Operation ${operation} is not allowed on a disabled secret.`,
    "SecretDisabled",
  );
}
