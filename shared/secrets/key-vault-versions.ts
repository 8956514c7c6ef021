import type { KeyVaultSecret, SecretClient, SecretProperties } from "@azure/keyvault-secrets";
import type { StoredSecret } from "./secret-store.ts";

/** Marks a version before which all were disabled, so that nobody has to look through them again. */
const MARK = "older-disabled";

/** A version as the vault gives it, in our words. */
export function storedSecretOf({ value, properties }: KeyVaultSecret): StoredSecret | undefined {
  if (value === undefined) return undefined;
  // `createdOn` belongs to the version; `updatedOn` also moves when somebody edits its tags.
  const { createdOn: storedOn, expiresOn, version } = properties;
  const { [MARK]: mark, ...tags } = properties.tags ?? {};
  return {
    value,
    ...(storedOn ? { storedOn } : {}),
    ...(expiresOn ? { expiresOn } : {}),
    ...(version === undefined ? {} : { version, olderRetired: mark !== undefined }),
    ...(Object.keys(tags).length > 0 ? { tags } : {}),
  };
}

/**
 * Disables all enabled versions that are older than `version`, and marks that one. A vault knows when a version was made
 * to the second only, so those of the same second stay for the next time.
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/update-secret
 */
export async function disableOlderVersions(
  client: SecretClient,
  name: string,
  version: string,
  abortSignal: AbortSignal,
): Promise<void> {
  const versions: SecretProperties[] = [];
  for await (const each of client.listPropertiesOfSecretVersions(name, { abortSignal })) versions.push(each);
  const reference = versions.find((each) => each.version === version);
  const madeAt = reference?.createdOn?.getTime();
  if (!reference || madeAt === undefined) return;
  const older = versions.filter(({ enabled, createdOn }) => enabled && Number(createdOn) < madeAt);
  for (const each of older) {
    if (each.version === undefined) continue;
    await client.updateSecretProperties(name, each.version, { enabled: false, abortSignal });
  }
  const tags = { ...reference.tags, [MARK]: "yes" };
  await client.updateSecretProperties(name, version, { tags, abortSignal });
}
