/** Somebody else has written meanwhile: what was decided on what was read does not hold any more. */
export class LedgerConflictError extends Error {
  override readonly name = "LedgerConflictError";
}

const NAMED_AT_MOST = 3;

/**
 * The error of a pass that came second.
 * @param subjects  those it could not write, one at least
 */
export function conflictIn(scope: string, subjects: readonly string[], cause?: unknown): LedgerConflictError {
  const named = subjects.slice(0, NAMED_AT_MOST).join(", ");
  const more = subjects.length > NAMED_AT_MOST ? ` and ${subjects.length - NAMED_AT_MOST} more` : "";
  return new LedgerConflictError(
    `Another pass wrote ${named}${more} in the ledger of ${scope}; this one stops. Run it again: it starts from what the other left.`,
    { cause },
  );
}
