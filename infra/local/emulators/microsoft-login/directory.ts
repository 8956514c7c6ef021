import { LoginFailure } from "./failures.ts";

/** The tenant all personal accounts are in. @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
export const PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad";

interface TenantSeed {
  id: string;
  /** Such as contoso.onmicrosoft.com: may stand for the id in a URL. */
  domain: string;
}

export interface AccountSeed {
  userPrincipalName: string;
  displayName: string;
  /** PERSONAL_TENANT for a personal account. */
  tenant: string;
  /** The object id; made from the name unless given. */
  id?: string;
}

interface ClientSecret {
  value: string;
  /** Never unless given. */
  expiresAt?: Date;
}

/** An app registration. */
export interface ClientSeed {
  id: string;
  name: string;
  /** None makes it a public client. */
  secrets: ClientSecret[];
  redirectUris: string[];
  /** The words of the app manifest; AzureADandPersonalMicrosoftAccount unless given. */
  signInAudience?: "AzureADMyOrg" | "AzureADMultipleOrgs" | "AzureADandPersonalMicrosoftAccount";
  /** Where it is registered or installed; every tenant unless given. */
  tenants?: string[];
  /** Application permissions an administrator has granted. */
  roles?: string[];
  /** Delegated permissions it is registered for: what `/.default` asks for. */
  permissions?: string[];
}

export interface DirectorySeed {
  tenants: TenantSeed[];
  accounts: AccountSeed[];
  clients: ClientSeed[];
  /** Resources beside Microsoft Graph that tokens may be for; anything on this machine is always one. */
  resources?: string[];
}

/** The first path segment of every URL: who may sign in. */
export type Authority =
  | { kind: "common" | "organizations" | "consumers" }
  | { kind: "tenant"; tenant: TenantSeed };

/** Who and what Microsoft knows. */
export class Directory {
  readonly #seed: DirectorySeed;

  constructor(seed: DirectorySeed) {
    this.#seed = {
      ...seed,
      tenants: [...seed.tenants, { id: PERSONAL_TENANT, domain: "live.com" }],
      clients: seed.clients.map((client) => ({
        ...client,
        secrets: client.secrets.map((secret) => ({ ...secret })),
      })),
    };
  }

  /** @throws {LoginFailure} 90002 */
  authority(segment: string): Authority {
    const name = segment.toLowerCase();
    if (name === "common" || name === "organizations" || name === "consumers") return { kind: name };
    const tenant = this.#seed.tenants.find(({ id, domain }) => id === name || domain === name);
    if (!tenant) throw new LoginFailure(90002, { tenant: segment });
    return { kind: "tenant", tenant };
  }

  /** @throws {LoginFailure} 900144, 700016, 50194 */
  client(id: string | null, authority: Authority): ClientSeed {
    if (id === null) throw new LoginFailure(900144, { parameter: "client_id" });
    const client = this.#seed.clients.find((candidate) => candidate.id === id);
    const tenant = authority.kind === "tenant" ? authority.tenant : undefined;
    const installed =
      tenant === undefined || client?.tenants === undefined || client.tenants.includes(tenant.id);
    if (!client || !installed) {
      throw new LoginFailure(700016, { clientId: id, tenant: tenant?.domain ?? authority.kind });
    }
    if (client.signInAudience === "AzureADMyOrg" && tenant === undefined) {
      throw new LoginFailure(50194, { clientId: id, clientName: client.name });
    }
    return client;
  }

  /** The app registration itself, for the controls. @throws {Error} there is none */
  registration(id: string): ClientSeed {
    const client = this.#seed.clients.find((candidate) => candidate.id === id);
    if (!client) throw new Error(`There is no app registration ${id}.`);
    return client;
  }

  account(userPrincipalName: string): AccountSeed | undefined {
    const name = userPrincipalName.toLowerCase();
    return this.#seed.accounts.find((account) => account.userPrincipalName.toLowerCase() === name);
  }

  /** The accounts that may sign in to this client at this authority. */
  accountsFor(authority: Authority, client: ClientSeed): AccountSeed[] {
    return this.#seed.accounts.filter((account) => mayUse(account, authority, client));
  }

  /** @throws {LoginFailure} 500011 the resource is none we know */
  checkResource(resource: string, tenant: string): void {
    const known = ["https://graph.microsoft.com", ...(this.#seed.resources ?? [])];
    if (known.includes(resource) || isLocal(resource)) return;
    throw new LoginFailure(500011, { resource, tenant });
  }
}

function mayUse(account: AccountSeed, authority: Authority, client: ClientSeed): boolean {
  const personal = account.tenant === PERSONAL_TENANT;
  const audience = client.signInAudience ?? "AzureADandPersonalMicrosoftAccount";
  if (personal && audience !== "AzureADandPersonalMicrosoftAccount") return false;
  if (authority.kind === "tenant") return account.tenant === authority.tenant.id;
  return authority.kind === "common" || personal === (authority.kind === "consumers");
}

function isLocal(resource: string): boolean {
  if (!URL.canParse(resource)) return false;
  return /(^|\.)localhost$|^127\.0\.0\.1$/.test(new URL(resource).hostname);
}
