import { firstLineOf, messageOf } from "../error-message.ts";
import { ConfigFileError } from "../config/config-file.ts";
import { ConfigSourceError } from "../config/config-folder.ts";
import { SettingsError } from "../config/settings.ts";
import { GraphAnswerError, GraphServiceError, GraphUnreachableError } from "../graph/graph-error.ts";
import { ThrottledError } from "../http/service-error.ts";
import { LedgerConflictError } from "../ledger/ledger-conflict.ts";
import { LedgerSilentError } from "../ledger/scope-ledger.ts";
import { TokenError } from "../oauth/token-errors.ts";
import { SecretStoreError } from "../secrets/secret-store.ts";
import { LeaseLostError } from "../storage/blob-lease.ts";

/** What a run that came to nothing says of itself. */
export interface RunError {
  /** Stable, for programs. */
  code: string;
  /** One line that the reader can act on. */
  message: string;
  /** Where the connection is consented again, when that is what it takes. */
  connect?: string;
}

export type ErrorClass = abstract new (...parameters: never[]) => Error;

/** The errors of what every capability works with. */
const CODES: [ErrorClass, string][] = [
  [ConfigFileError, "config_invalid"],
  [ConfigSourceError, "config_unreadable"],
  [SettingsError, "settings_invalid"],
  [SecretStoreError, "secrets_unavailable"],
  [LeaseLostError, "lock_lost"],
  [LedgerSilentError, "storage_unavailable"],
  [LedgerConflictError, "lock_lost"],
  [ThrottledError, "throttled"],
  [GraphUnreachableError, "graph_unreachable"],
  [GraphAnswerError, "graph_unreachable"],
];

/**
 * What ended a run, as a stable code, and one line.
 * @param own  the errors of the capability itself
 */
export function describeRunError(error: unknown, own: readonly [ErrorClass, string][]): RunError {
  if (error instanceof TokenError) return tokenErrorOf(error);
  if (error instanceof GraphServiceError) return graphErrorOf(error);
  if (error instanceof Error && error.name === "RestError") return storageErrorOf(error);
  const code = [...own, ...CODES].find(([kind]) => error instanceof kind)?.[1] ?? "unexpected";
  const message = messageOf(error);
  return { code, message: code === "unexpected" ? `Something unexpected happened: ${message}` : message };
}

function tokenErrorOf({ code, message, connect }: TokenError): RunError {
  return connect === undefined ? { code, message } : { code, message, connect };
}

/** The storage clients share this error by name only. */
function storageErrorOf(error: Error): RunError {
  return {
    code: "storage_unavailable",
    message: `The storage account (AzureWebJobsStorage) could not be used, so nothing was begun: ${firstLineOf(error)}`,
  };
}

function graphErrorOf(error: GraphServiceError): RunError {
  if (error.status === 429) {
    return {
      code: "throttled",
      message: `Microsoft asked for longer pauses than this run could make, so nothing was sent; the next run tries again. (${error.message})`,
    };
  }
  if (error.status === 401 || error.status === 403) {
    return {
      code: "permission_missing",
      message: `The account, or what it consented to, does not allow this; connect it again and accept every permission. (${error.message})`,
    };
  }
  return { code: error.status >= 500 ? "graph_unavailable" : "graph_refused", message: error.message };
}
