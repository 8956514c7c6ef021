import * as z from "zod";
import type { Clock } from "../clock.ts";
import { type Environment, SettingsError, parseSettings } from "../config/settings.ts";
import { keyVault } from "./key-vault.ts";
import { cachedSecrets } from "./secret-cache.ts";
import type { SecretStore } from "./secret-store.ts";
import { secretsFile } from "./secrets-file.ts";

const Settings = z.object({
  KEY_VAULT_URL: z
    .url({ protocol: /^https$/, error: "must be an https URL, such as https://NAME.vault.azure.net" })
    .optional(),
  SECRETS_FILE: z.string().default(".local/secrets.json"),
  SECRET_CACHE_SECONDS: z.coerce
    .number("must be a number of seconds")
    .min(0, "must not be negative")
    .default(60),
  WEBSITE_HOSTNAME: z.string().optional(),
});

/**
 * Opens the secret store in use: a Key Vault when there is one, otherwise a file. Nothing is read yet.
 * @throws {SettingsError} a setting is wrong; or this runs in the cloud without a vault, where a file would be lost
 *   with the machine and is not protected
 */
export function secretStoreFrom(env: Environment, { clock }: { clock: Clock }): SecretStore {
  const settings = parseSettings(env, Settings);
  if (!settings.KEY_VAULT_URL && settings.WEBSITE_HOSTNAME) {
    throw new SettingsError(
      "KEY_VAULT_URL is not set. In the cloud secrets live in a Key Vault only: set KEY_VAULT_URL to its address, and give the app's identity the role Key Vault Secrets Officer on it.",
    );
  }
  const store = settings.KEY_VAULT_URL
    ? keyVault(settings.KEY_VAULT_URL, { clock })
    : secretsFile(settings.SECRETS_FILE, { clock });
  return cachedSecrets(store, { clock, seconds: settings.SECRET_CACHE_SECONDS });
}
