import { ConfigSourceError } from "../config/config-folder.ts";
import { SettingsError } from "../config/settings.ts";
import {
  GraphAnswerError,
  GraphServiceError,
  GraphThrottledError,
  GraphUnreachableError,
} from "../graph/graph-error.ts";
import { LedgerConflictError } from "../ledger/ledger-conflict.ts";
import { TokenError } from "../oauth/token-errors.ts";
import { SecretStoreError } from "../secrets/secret-store.ts";
import { LeaseLostError } from "../storage/blob-lease.ts";
import { PatternError } from "./pattern.ts";
import { CalendarAmbiguousError, CalendarNotFoundError } from "./read.ts";
import type { RunError } from "./run.ts";
import { TeamFileError } from "./team-file.ts";
import { LedgerSilentError } from "./team-ledger.ts";

/** The configuration is wrong in a way that only the whole of it shows. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** What a pass that came to nothing says of itself: a stable code, and one line a coach understands. */
export function runErrorOf(error: unknown): RunError {
  if (error instanceof TokenError) return tokenErrorOf(error);
  if (error instanceof GraphServiceError) return graphErrorOf(error);
  if (error instanceof Error && error.name === "RestError") return storageErrorOf(error);
  const code = CODES.find(([kind]) => error instanceof kind)?.[1] ?? "unexpected";
  const message = error instanceof Error ? error.message : String(error);
  return { code, message: code === "unexpected" ? `Something unexpected happened: ${message}` : message };
}

function tokenErrorOf({ code, message, connect }: TokenError): RunError {
  return connect === undefined ? { code, message } : { code, message, connect };
}

type ErrorClass = abstract new (...parameters: never[]) => Error;

const CODES: [ErrorClass, string][] = [
  [TeamFileError, "config_invalid"],
  [ConfigurationError, "config_invalid"],
  [ConfigSourceError, "config_unreadable"],
  [PatternError, "pattern_invalid"],
  [CalendarNotFoundError, "calendar_not_found"],
  [CalendarAmbiguousError, "calendar_ambiguous"],
  [SettingsError, "settings_invalid"],
  [SecretStoreError, "secrets_unavailable"],
  [LeaseLostError, "lock_lost"],
  [LedgerSilentError, "storage_unavailable"],
  [LedgerConflictError, "lock_lost"],
  [GraphThrottledError, "throttled"],
  [GraphUnreachableError, "graph_unreachable"],
  [GraphAnswerError, "graph_unreachable"],
];

/** The storage clients share this error by name only; its first line says what happened, the rest is for support. */
function storageErrorOf(error: Error): RunError {
  const [reason = ""] = error.message.split("\n", 1);
  return {
    code: "storage_unavailable",
    message: `The storage account (AzureWebJobsStorage) could not be used, so nothing was begun: ${reason}`,
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
