import { firstLineOf } from "../error-message.ts";
import { withinDeadline } from "../http/deadline.ts";
import type { ConnectionRecord } from "./connection-registry.ts";
import type { KeeperOptions } from "./keeper-options.ts";
import { TokenError, TokenNotSavedError, TokenUnavailableError } from "./token-errors.ts";
import type { Refreshed } from "./token-saver.ts";

/** Writes down how connections do, for those who watch over them. What cannot be written down is a warning and no more. */
export interface ConnectionHealth {
  /** A refresh has worked. */
  worked(connection: string, refreshed: Refreshed): Promise<void>;
  /** One has not. Only a failure that a person must mend is remembered; that others pass is nobody's trouble. */
  failed(connection: string, error: unknown): Promise<void>;
}

/** A token is not kept back for long because a table or a vault is slow. */
const DEADLINE_MS = 15_000;
const HOUR_MS = 60 * 60 * 1000;

export function connectionHealth(options: KeeperOptions): ConnectionHealth {
  const { service, secrets, registry, clock } = options;
  const { provider } = service;

  async function register(connection: string, refreshed: Refreshed): Promise<void> {
    const now = clock.now();
    const record = await registry.get(provider, connection);
    if (!record) {
      // A token that came from a file: nobody was asked whose it is.
      await registry.put(recordOf(options, connection, refreshed));
    } else if (record.trouble || dayOf(record.refreshedAt) !== dayOf(now)) {
      const expiresAt = endOf(options, refreshed);
      await registry.update(provider, connection, (last) => healthy(last, now, expiresAt));
    }
  }

  async function retireOlder(connection: string, { used }: Refreshed): Promise<void> {
    // What this one has taken the place of has no use any more, now that it has worked.
    if (used.version === undefined || used.olderRetired) return;
    await secrets.retireOlder(service.secrets.refreshToken(connection), used.version);
  }

  return {
    async worked(connection, refreshed) {
      await Promise.all([
        noted(options, `The registry does not know that the connection ${connection} works`, () =>
          register(connection, refreshed),
        ),
        noted(options, `Old refresh tokens of the connection ${connection} were not disabled`, () =>
          retireOlder(connection, refreshed),
        ),
      ]);
    },
    async failed(connection, error) {
      if (!needsSomebody(error)) return;
      const { code, summary } = error;
      const trouble = { code, message: summary, since: clock.now() };
      await noted(options, `The registry does not know of the trouble of the connection ${connection}`, () =>
        registry.update(provider, connection, (record) =>
          record.trouble?.code === code ? record : { ...record, trouble },
        ),
      );
    },
  };
}

async function noted(
  { clock, logger }: KeeperOptions,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await withinDeadline({ milliseconds: DEADLINE_MS, clock }, work);
  } catch (error) {
    logger.warn(`${what}: ${firstLineOf(error)}`);
  }
}

function needsSomebody(error: unknown): error is TokenError {
  return (
    error instanceof TokenError &&
    !(error instanceof TokenUnavailableError) &&
    !(error instanceof TokenNotSavedError)
  );
}

/** When the refresh token in the store stops working. */
function endOf({ service }: KeeperOptions, { tokens, used, source }: Refreshed): Date | undefined {
  if (source.value === tokens.refreshToken) return tokens.refreshTokenExpiresAt;
  if (used.expiresOn) return used.expiresOn;
  return used.storedOn && new Date(used.storedOn.getTime() + service.refreshTokenLifeMs);
}

function recordOf(options: KeeperOptions, connection: string, refreshed: Refreshed): ConnectionRecord {
  const { used, tokens } = refreshed;
  const now = options.clock.now();
  const expiresAt = endOf(options, refreshed);
  return {
    provider: options.service.provider,
    connection,
    account: used.tags?.["account"] ?? "",
    scopes: tokens.scopes,
    obtainedAt: used.storedOn ?? now,
    refreshedAt: now,
    ...(expiresAt ? { expiresAt } : {}),
    warnedDays: [],
  };
}

function healthy(record: ConnectionRecord, now: Date, end: Date | undefined): ConnectionRecord {
  const { trouble: _trouble, toldOfTroubleAt: _told, ...rest } = record;
  const expiresAt = end ?? record.expiresAt;
  const isLater = Number(expiresAt) - Number(record.expiresAt) > HOUR_MS;
  return {
    ...rest,
    refreshedAt: now,
    ...(expiresAt ? { expiresAt } : {}),
    // A warning was of an end that has moved; by some seconds it always does.
    warnedDays: isLater ? [] : record.warnedDays,
  };
}

/** The day in UTC. */
function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
