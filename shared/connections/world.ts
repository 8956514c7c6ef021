import type { Clock } from "../clock.ts";
import type { ConfigSource } from "../config/config-folder.ts";
import type { ConnectionRegistry } from "../oauth/connection-registry.ts";
import type { ConsentRequest } from "../oauth/consent-state.ts";
import type { Provider } from "../oauth/provider.ts";
import type { OperatorMail } from "../operator/operator-mail.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { ClientSecretWarnings } from "./client-secret-warnings.ts";
import type { ConnectionsSettings } from "./settings.ts";

/** What the service works with; `wire.ts` binds it to the services. */
export interface ConnectionsWorld {
  clock: Clock;
  settings: ConnectionsSettings;
  config: ConfigSource;
  secrets: SecretStore;
  registry: ConnectionRegistry;
  clientSecretWarnings: ClientSecretWarnings;
  /** Does some short work while no other process does any: two runs that fail at once tell of it once. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Whose app registration is set up. */
  hasApp: Readonly<Record<Provider, boolean>>;
  redirectUri(provider: Provider): string;
  /** A link by which the owner of an account consents. */
  connectLink(request: ConsentRequest): Promise<string>;
  /** The sign-in name of a Microsoft connection's account, as Microsoft says. */
  account(connection: string): Promise<string>;
  /** Undefined when the settings name no operator, or no connection to mail through. */
  mail: OperatorMail | undefined;
  /** Where the app is reached, without a slash at its end. */
  publicUrl: string;
  cleanUps: readonly CleanUp[];
}

/** Something that is deleted when it is old. */
export interface CleanUp {
  /** What is deleted, in the plural. */
  what: string;
  /** @returns how many were deleted */
  run(limits: CleanUpLimits): Promise<number>;
}

export interface CleanUpLimits {
  /** For what states its own end. */
  now: Date;
  /** For what is kept as history. */
  before: Date;
  most: number;
  signal: AbortSignal;
}
