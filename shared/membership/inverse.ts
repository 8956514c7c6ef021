import { byName } from "./order.ts";
import type { Identity } from "./space.ts";
import type { RemovalReason } from "./standing.ts";

/** Something that a run really changed. */
export type Change = { kind: "added"; added: AddedMember } | { kind: "removed"; removed: RemovedMember };

/** Somebody whom a run added. */
export interface AddedMember {
  /** Undefined when they were added by their address, and the answer that would have told it was lost. */
  personId: string | undefined;
  email: string;
  name: string;
  /** When they came in, ISO 8601; undefined when the answer that would have told it was lost. */
  created: string | undefined;
  /** Why they did not belong into the space even then; they were added to take a run back. */
  despite?: RemovalReason | undefined;
}

/** Somebody whom a run removed, as they were. */
export interface RemovedMember extends Identity {
  name: string;
  orgId: string | undefined;
  isModerator: boolean;
  /** Why they did not belong into the space; or that what added them was taken back. */
  reason: RemovalReason | "added by the run";
  /** Why they had not belonged into the space when they were added. */
  despite?: RemovalReason | undefined;
}

/** What takes back a run: plain data, to be stored with it. */
export interface Inverse {
  spaceId: string;
  /** To be removed again. */
  added: AddedMember[];
  /** To be added again. */
  removed: RemovedMember[];
}

/** The inverse of what a run changed, as far as it came, in whatever order it did. */
export function inverseOf(spaceId: string, changes: readonly Change[]): Inverse {
  return {
    spaceId,
    added: changes.flatMap((change) => (change.kind === "added" ? [change.added] : [])).sort(byName),
    removed: changes.flatMap((change) => (change.kind === "removed" ? [change.removed] : [])).sort(byName),
  };
}
