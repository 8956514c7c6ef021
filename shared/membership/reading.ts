/** What was asked of a service. What could not be read is unknown, which is not the same as empty. */
export type Reading<T> = { state: "read"; value: T } | Unknown;

export interface Unknown {
  state: "unknown";
  /** What happened, in words. */
  reason: string;
}

/** What was read, to its end. */
export function read<T>(value: T): Reading<T> {
  return { state: "read", value };
}

/**
 * What could not be read.
 * @param reason  what happened, in words
 */
export function unknown(reason: string): Unknown {
  return { state: "unknown", reason };
}
