import type { Logger } from "../log.ts";
import { SECRETS } from "../secrets/secret-names.ts";
import { isSameSecret } from "../secrets/same-secret.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { awayCalendar } from "./away-calendar.ts";
import { examine } from "./examine.ts";
import type { MonitorRequest } from "./monitor-request.ts";
import { overview, type WatchedUser } from "./overview.ts";
import { type MonitorOutcome, type MonitorWorld, startOrStop } from "./start-or-stop.ts";
import { synchronize, type SyncReport } from "./sync.ts";
import { tick, type WatchWorld, workOn } from "./watch.ts";

/** What the triggers ask of the out-of-office monitor. */
export interface AbsenceService {
  /**
   * One tick, as the timer starts it: everybody's automatic replies are compared with what the mediator and the webhooks
   * were told.
   * @throws when something could not be read or written; the next tick makes up for it
   */
  watch(log: Logger): Promise<void>;
  /**
   * Works at one message of the queue.
   * @param options.isRetry  the host gives it again, since it has failed
   * @throws as watch
   */
  work(message: unknown, options: { isRetry: boolean }, log: Logger): Promise<void>;
  /**
   * Starts watching a user, or stops.
   * @throws as startOrStop
   */
  monitor(request: MonitorRequest): Promise<MonitorOutcome>;
  /** Whether it is the secret by which the mediator is let in without a key. @throws {SecretStoreError} */
  isMediatorToken(token: string): Promise<boolean>;
  /** Asks the mediator to send its users again. @throws the storage client's error */
  synchronize(): Promise<SyncReport>;
  /** @throws the storage client's error */
  list(): Promise<WatchedUser[]>;
  /** Who is away when, as iCalendar. @throws the storage client's error */
  calendar(): Promise<string>;
  /** Says how it is. @throws {Error} says what is wrong */
  examine(): Promise<string>;
}

export interface AbsenceWorld extends WatchWorld, MonitorWorld {
  secrets: SecretStore;
}

/** The monitor on its services, which wire.ts binds. */
export function absenceService(world: AbsenceWorld): AbsenceService {
  return {
    watch: (log) => tick(log, world),
    work: (message, options, log) => workOn(message, options, log, world),
    monitor: (request) => startOrStop(request, world),
    isMediatorToken: async (token) => isSameSecret(token, await world.secrets.get(SECRETS.mediatorToken)),
    synchronize: () => synchronize(world),
    list: () => overview(world),
    calendar: async () => awayCalendar((await world.users.read()).users, world.clock.now()),
    examine: () => examine(world),
  };
}
