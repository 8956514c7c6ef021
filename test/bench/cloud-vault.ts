import { startKeyVault } from "../../infra/local/emulators/key-vault.ts";
import { type ManagedIdentity, startManagedIdentity } from "../../infra/local/emulators/managed-identity.ts";
import type { MicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";

export interface CloudVault {
  /** What makes the app keep its secrets there. */
  settings: Record<string, string>;
  close(): Promise<void>;
}

/** Keeps secrets where the cloud has them: in a Key Vault that is reached with the app's identity. */
export async function cloudVault(
  secrets: Readonly<Record<string, string>>,
  { login, tenant }: { login: MicrosoftLogin; tenant: string },
): Promise<CloudVault> {
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const identity = await startManagedIdentity({
    tokenKey: login.tokenKey,
    tenant,
    clientId: "b3a0f8d4-5c27-4e69-8d1f-7a2e9c4b6f50",
  });
  const vault = await startKeyVault({
    certificate,
    loginUrl: login.url,
    tenant,
    readToken: login.readToken,
  });
  const token = await tokenOf(identity.environment);
  for (const [name, value] of Object.entries(secrets)) {
    const answer = await fetch(`${vault.url}/secrets/${name}?api-version=7.6`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ value }),
    });
    if (!answer.ok) throw new Error(`The vault did not take ${name}: ${await answer.text()}`);
  }
  const settings = { ...identity.environment, KEY_VAULT_URL: vault.url };
  return {
    settings,
    async close() {
      await Promise.all([identity.close(), vault.close()]);
    },
  };
}

/** Asked for here, and not by the Azure libraries: they keep it for as long as the process lives, which may see another vault. */
async function tokenOf({
  IDENTITY_ENDPOINT,
  IDENTITY_HEADER,
}: ManagedIdentity["environment"]): Promise<string> {
  const query = new URLSearchParams({ resource: "https://vault.localhost", "api-version": "2019-08-01" });
  const headers = { "x-identity-header": IDENTITY_HEADER };
  const answer = await fetch(`${IDENTITY_ENDPOINT}?${query.toString()}`, { headers });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}
