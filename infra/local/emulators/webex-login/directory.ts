/** Somebody, as far as signing in goes. */
export interface Account {
  email: string;
  displayName: string;
}

/** An integration, as it is registered at developer.webex.com. */
export interface IntegrationSeed {
  id: string;
  name: string;
  secret: string;
  redirectUris: string[];
  /** Those it was registered with: no others can be asked for. */
  scopes: string[];
}

/** Who has an account. */
export interface Accounts {
  /** Those that the sign-in page offers. */
  listed(): Account[];
  byEmail(email: string): Account | undefined;
}

/** Who and what Webex knows. */
export class Directory {
  readonly #accounts: Accounts;
  readonly #integrations: IntegrationSeed[];

  constructor(accounts: Accounts, integrations: IntegrationSeed[]) {
    this.#accounts = accounts;
    // Copies: a secret can be replaced.
    this.#integrations = integrations.map((integration) => ({ ...integration }));
  }

  get people(): Account[] {
    return this.#accounts.listed();
  }

  person(email: string): Account | undefined {
    return this.#accounts.byEmail(email);
  }

  integration(id: string | null): IntegrationSeed | undefined {
    return this.#integrations.find((integration) => integration.id === id);
  }
}
