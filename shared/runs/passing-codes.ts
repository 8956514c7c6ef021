/** Codes of errors that end a run today and may be over in an hour, whatever it is a run of; all others wait for a person. */
export const PASSING_CODES = [
  "config_unreadable",
  "graph_unavailable",
  "graph_unreachable",
  "lock_lost",
  "secrets_unavailable",
  "storage_unavailable",
  "throttled",
  "token_not_saved",
  "token_unavailable",
  "unexpected",
] as const;
