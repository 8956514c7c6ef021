/** A person of the organization. */
export interface PersonSeed {
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

export interface WebexSeed {
  people: PersonSeed[];
  integrations: IntegrationSeed[];
}

/** Who and what Webex knows. */
export class Directory {
  readonly people: readonly PersonSeed[];
  readonly #integrations: IntegrationSeed[];

  constructor({ people, integrations }: WebexSeed) {
    this.people = people;
    // Copies: a secret can be replaced.
    this.#integrations = integrations.map((integration) => ({ ...integration }));
  }

  person(email: string): PersonSeed | undefined {
    const wanted = email.toLowerCase();
    return this.people.find((person) => person.email.toLowerCase() === wanted);
  }

  integration(id: string | null): IntegrationSeed | undefined {
    return this.#integrations.find((integration) => integration.id === id);
  }
}
