import * as z from "zod";
import { WorkMessageError } from "../runs/work-message-error.ts";
import type { KeyRange } from "../storage/table-query.ts";

/** The queue of the parts of a tick. */
export const PARTITIONS_QUEUE = "absence-partitions";

/** Beyond it a tick is done by several. */
const MOST_INLINE = 500;
/** As many as one look into the queue shows. */
const MOST_PARTITIONS = 32;
/** Fewer are not worth a message. */
const LEAST_USERS = 200;
/** So that no batch of a partition but the last is partly empty. */
const USERS_PER_BATCH = 20;

const PartitionMessage = z.strictObject({
  kind: z.literal("absence"),
  version: z.literal(1),
  partition: z.string().regex(/^\d{1,2}$/u),
  from: z.string().min(1).optional(),
  to: z.string().min(1).optional(),
});

/** A part of a tick. Nothing in it is secret, or names anybody but by an id. */
export interface PartitionMessage extends KeyRange {
  kind: "absence";
  /** A message outlives a deployment: another form gets another number. */
  version: 1;
  /** `0` to `31`. */
  partition: string;
}

/** @throws {WorkMessageError} names every mistake */
export function parsePartition(body: unknown): PartitionMessage {
  const parsed = PartitionMessage.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new WorkMessageError(PARTITIONS_QUEUE, parsed.error);
}

/** What somebody else may have written; undefined when it is not one of ours. */
export function readPartition(body: unknown): PartitionMessage | undefined {
  return PartitionMessage.safeParse(body).data;
}

/**
 * The parts of a tick, each a stretch of users; none when they are few enough for one.
 * @param keys  the users' row keys, in their order
 */
export function partitionsOf(keys: readonly string[]): PartitionMessage[] {
  if (keys.length <= MOST_INLINE) return [];
  const even = Math.max(LEAST_USERS, Math.ceil(keys.length / MOST_PARTITIONS));
  const size = Math.ceil(even / USERS_PER_BATCH) * USERS_PER_BATCH;
  return Array.from({ length: Math.ceil(keys.length / size) }, (_, index): PartitionMessage => {
    // Open at both ends, for who is registered meanwhile.
    const from = index === 0 ? undefined : keys[index * size];
    const to = keys[(index + 1) * size];
    return {
      kind: "absence",
      version: 1,
      partition: String(index),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    };
  });
}
