import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { ConnectionRegistry } from "./connection-registry.ts";
import type { TokenService } from "./token-service.ts";

/** What the keeper of a provider's tokens works with. */
export interface KeeperOptions {
  service: TokenService;
  secrets: SecretStore;
  registry: ConnectionRegistry;
  lock: ConnectionLock;
  clock: Clock;
  logger: Logger;
  /** Makes the link by which the owner of a connection's account consents. */
  connectUrl?: (connection: string) => Promise<string>;
  fetch?: typeof fetch;
}

/**
 * Does some work while no other instance of the app does any on this connection.
 * @param work  gets a signal that aborts with a LeaseLostError when the lock is not ours any more
 * @throws {LeaseBusyError} it was not free within `waitMs`
 */
export type ConnectionLock = <T>(
  connection: string,
  waitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;
