import type { Reading } from "../ledger/ledger.ts";

/** What a target is, or is to be, told of one user: the fact of the ledger, whose subject is the user's id. */
export interface Told {
  /** The registration it was told under. */
  registration: string;
  away: boolean;
  /** SHA-256 of all that matters to the target: what it holds already is not told again. */
  digest: string;
  /** ISO 8601, UTC: the tick that found it. The same at each try. */
  at: string;
  /** Of what is known: when the target took it. ISO 8601, UTC. */
  deliveredAt?: string | undefined;
  /**
   * Of an intent: what is sent, the same at each try: the text to speak, or a webhook's body. It is kept until it is
   * taken, for by then the mailbox may be gone.
   */
  says?: string | undefined;
  /** Of an intent: how many tries have been begun, that one too. */
  tries?: number | undefined;
  /** Of an intent: why its last try failed, without anything secret; undefined when that is not known. */
  failure?: string | undefined;
}

/** The mediator is told what to speak, webhooks all there is. */
export type TargetKind = "mediator" | "webhook";

/** Somebody who is told, and what the ledger knows of it by users' ids. */
export interface Target {
  /** The ledger's scope, such as `absence/mediator`. */
  scope: string;
  kind: TargetKind;
  entries: ReadonlyMap<string, Reading<Told>>;
}
