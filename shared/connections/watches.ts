import type { ConnectionRecord, ConnectionRegistry } from "../oauth/connection-registry.ts";
import { PROVIDERS, type Provider } from "../oauth/provider.ts";
import { SECRETS } from "../secrets/secret-names.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { ClientSecretWarnings, Told } from "./client-secret-warnings.ts";
import { type ConnectionUse, subjectOf } from "./connection-uses.ts";
import type { Watch } from "./warn.ts";

const CLIENT_SECRETS: Readonly<Record<Provider, string>> = {
  microsoft: SECRETS.microsoftClientSecret,
  webex: SECRETS.webexClientSecret,
};

/** The client secret of a provider's app, as the secret store has it. */
export interface ClientSecret {
  provider: Provider;
  /** Its name. */
  secret: string;
  isStored: boolean;
  /** As its vault was told; a file knows of no end. */
  expiresAt: Date | undefined;
}

/** @throws {SecretStoreError} the store cannot be asked */
export async function readClientSecrets(
  secrets: SecretStore,
  hasApp: Readonly<Record<Provider, boolean>>,
): Promise<ClientSecret[]> {
  return Promise.all(
    PROVIDERS.filter((provider) => hasApp[provider]).map(async (provider) => {
      const secret = CLIENT_SECRETS[provider];
      const stored = await secrets.read(secret, { fresh: true });
      return { provider, secret, isStored: stored !== undefined, expiresAt: stored?.expiresOn };
    }),
  );
}

export function watchOfConnection(
  record: ConnectionRecord,
  uses: readonly ConnectionUse[],
  registry: ConnectionRegistry,
): Watch {
  const { provider, connection } = record;
  return {
    subject: subjectOf(record, uses),
    watched: record,
    remember: (told) =>
      registry.update(provider, connection, (present) =>
        // Connected anew in the meantime: what was told is of a token that is gone.
        present.obtainedAt.getTime() === record.obtainedAt.getTime() ? withTold(present, told) : present,
      ),
  };
}

function withTold({ toldOfTroubleAt: _before, ...record }: ConnectionRecord, told: Told): ConnectionRecord {
  const { warnedDays, toldOfTroubleAt } = told;
  return { ...record, warnedDays: [...warnedDays], ...(toldOfTroubleAt ? { toldOfTroubleAt } : {}) };
}

/** One whose end nobody knows is not watched. */
export async function watchOfClientSecret(
  { provider, secret, expiresAt }: ClientSecret,
  place: string,
  warnings: ClientSecretWarnings,
): Promise<Watch | undefined> {
  if (!expiresAt) return undefined;
  // Of this secret's end: one that replaces it has an end, and warnings, of its own.
  const end = `${secret} until ${expiresAt.toISOString()}`;
  return {
    subject: { kind: "client secret", provider, secret, place },
    watched: { expiresAt, ...(await warnings.get(end)) },
    remember: (told) => warnings.put(end, told),
  };
}
