import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { SecretClient, type SecretProperties } from "@azure/keyvault-secrets";
import { type TokenClaims, issueToken, readToken } from "../../infra/local/emulators/access-token.ts";
import type { Emulator } from "../../infra/local/emulators/emulator.ts";
import { startKeyVault } from "../../infra/local/emulators/key-vault.ts";
import { ensureCertificates } from "../../infra/local/tls.ts";
import { keyVault } from "../../shared/secrets/key-vault.ts";
import type { SecretStore } from "../../shared/secrets/secret-store.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";

export const KEY = "a key of this test";
export const TENANT = "aaaaaaaa-0000-0000-0000-000000000000";
export const NOW = "2026-11-03T04:00:00Z";
const CLAIMS: Omit<TokenClaims, "expiresAt"> = {
  audience: "https://vault.localhost",
  scopes: [],
  roles: [],
  tenant: TENANT,
  clientId: "rollcall",
};
/** Good for the vault, whose clock is a fake one, and for the library, whose is the machine's. */
const TOKEN_END = new Date("2100-01-01T00:00:00Z");

const { certificate } = await ensureCertificates(fileURLToPath(new URL("../../.local/tls", import.meta.url)));
const servers: { close(): Promise<void> }[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

export interface VaultWorld {
  vault: Emulator;
  /** The vault as an administrator's own program has it. */
  client: SecretClient;
  store: SecretStore;
  clock: FakeClock;
  vaultClock: FakeClock;
  /** The versions of a secret, the oldest first. */
  versions: (name: string) => Promise<SecretProperties[]>;
}

/** An empty vault, and a store that opens it with the library. */
export async function aVault({
  audience = CLAIMS.audience,
}: { audience?: string } = {}): Promise<VaultWorld> {
  const vaultClock = fakeClock(NOW);
  const vault = await startKeyVault({
    certificate,
    loginUrl: "https://login.localhost",
    tenant: TENANT,
    readToken: (token) => readToken(token, KEY),
    clock: vaultClock,
  });
  servers.push(vault);
  const clock = fakeClock(NOW);
  const client = new SecretClient(vault.url, credentialFor(CLAIMS.audience));
  return {
    vault,
    client,
    clock,
    vaultClock,
    store: keyVault(vault.url, { clock, credential: credentialFor(audience) }),
    async versions(name) {
      const found: SecretProperties[] = [];
      for await (const version of client.listPropertiesOfSecretVersions(name)) found.push(version);
      return found;
    },
  };
}

function credentialFor(audience: string) {
  const token = issueToken({ ...CLAIMS, audience, expiresAt: TOKEN_END }, KEY);
  return { getToken: async () => ({ token, expiresOnTimestamp: TOKEN_END.getTime() }) };
}
