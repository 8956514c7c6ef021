import type { SecretClient } from "@azure/keyvault-secrets";
import type { TokenCredential } from "@azure/identity";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { firstLineOf } from "../error-message.ts";
import { withinDeadline } from "../http/deadline.ts";
import { disableOlderVersions, storedSecretOf } from "./key-vault-versions.ts";
import { SecretDisabledError, SecretStoreError, type SecretStore, secretStore } from "./secret-store.ts";

/** For one question to the vault, with all that the library repeats (429, 5xx, no connection). */
const DEADLINE_MS = 30_000;
const RETRIES = { maxRetries: 4, retryDelayInMs: 500, maxRetryDelayInMs: 8000 };

interface KeyVaultOptions {
  clock: Clock;
  /** Who asks; DefaultAzureCredential unless given. */
  credential?: TokenCredential;
}

/**
 * Secrets in an Azure Key Vault. Each `set` makes a new version. Older ones can be disabled only: a vault deletes a
 * secret with all its versions or not at all.
 * Permission: Key Vault Secrets User to read, Key Vault Secrets Officer for all else.
 * @param vaultUrl  such as https://rollcall.vault.azure.net
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets
 */
export function keyVault(vaultUrl: string, { clock, credential }: KeyVaultOptions): SecretStore {
  let opened: Promise<SecretClient> | undefined;

  async function ask<T>(name: string, action: Action, question: Question<T>): Promise<T> {
    try {
      return await withinDeadline({ milliseconds: DEADLINE_MS, clock }, async (abortSignal) => {
        opened ??= open(vaultUrl, credential);
        return question(await opened, abortSignal);
      });
    } catch (error) {
      throw translate(error, { vaultUrl, name, action });
    }
  }

  return secretStore({
    place: `the Key Vault ${vaultUrl}`,
    read: (name) =>
      ask(name, "get", async (client, abortSignal) => {
        try {
          return storedSecretOf(await client.getSecret(name, { abortSignal }));
        } catch (error) {
          if (failureOf(error).code === "SecretNotFound") return undefined;
          throw error;
        }
      }),
    set: (name, value, details = {}) =>
      ask(name, "set", async (client, abortSignal) => {
        await client.setSecret(name, value, { ...details, abortSignal });
      }),
    retireOlder: (name, version) =>
      ask(name, "disable older versions of", (client, abortSignal) =>
        disableOlderVersions(client, name, version, abortSignal),
      ),
  });
}

type Action = "get" | "set" | "disable older versions of";
type Question<T> = (client: SecretClient, abortSignal: AbortSignal) => Promise<T>;

/** The libraries are large, so they are loaded when the vault is first needed and not with the program. */
async function open(vaultUrl: string, credential: TokenCredential | undefined): Promise<SecretClient> {
  const [vault, identity] = await Promise.all([import("@azure/keyvault-secrets"), import("@azure/identity")]);
  return new vault.SecretClient(vaultUrl, credential ?? new identity.DefaultAzureCredential(), {
    retryOptions: RETRIES,
  });
}

/** The fields of the library's RestError that say what went wrong. */
const RestFailure = z.object({
  statusCode: z.number().optional(),
  code: z.string().optional(),
  details: z
    .object({ error: z.object({ innerError: z.object({ code: z.string() }).optional() }) })
    .optional()
    .catch(undefined),
});

interface Failure {
  status: number | undefined;
  code: string | undefined;
  /** The vault's finer code, such as SecretDisabled. */
  inner: string | undefined;
}

function failureOf(error: unknown): Failure {
  const failure = RestFailure.safeParse(error).data;
  return {
    status: failure?.statusCode,
    code: failure?.code,
    inner: failure?.details?.error.innerError?.code,
  };
}

function translate(
  error: unknown,
  { vaultUrl, name, action }: { vaultUrl: string; name: string; action: Action },
): SecretStoreError {
  const failure = failureOf(error);
  const what = `The Key Vault ${vaultUrl} did not ${action} the secret ${name}`;
  const Kind = failure.inner === "SecretDisabled" ? SecretDisabledError : SecretStoreError;
  return new Kind(`${what}: ${explain(error, failure, action)}`, { cause: error });
}

function explain(error: unknown, { status, code, inner }: Failure, action: Action): string {
  if (inner === "SecretDisabled") {
    return "its latest version is disabled. Enable that version in the vault, or set the secret anew.";
  }
  if (inner === "ObjectIsDeletedButRecoverable" || (action === "set" && status === 409)) {
    return "a secret of this name was deleted and is still recoverable. Recover it in the vault first, then store the new value.";
  }
  if (inner === "ForbiddenByFirewall" || inner === "ForbiddenByConnection") {
    return "the vault refuses this network address. Allow it under Networking in the vault.";
  }
  if (status === 403) {
    const role = action === "get" ? "Key Vault Secrets User" : "Key Vault Secrets Officer";
    return `the identity may not do this. Give it the role ${role} on the vault; that takes some minutes to count.`;
  }
  if (status === 401 || isIdentityFailure(error)) {
    return "no identity was accepted. In the cloud, turn on the managed identity; on your machine, sign in with `az login`.";
  }
  if (code === "ENOTFOUND") return "there is no such host. Check KEY_VAULT_URL.";
  return `${status ? `status ${status}, ` : ""}${firstLineOf(error)}. Try again; the vault's health is shown in the Azure portal.`;
}

/** The identity library's errors, by name: its classes are loaded lazily. */
function isIdentityFailure(error: unknown): boolean {
  return (
    error instanceof Error &&
    ["CredentialUnavailableError", "AuthenticationError", "AggregateAuthenticationError"].includes(error.name)
  );
}
