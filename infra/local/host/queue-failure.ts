import { z } from "zod";

const RestFailure = z.object({ statusCode: z.number(), code: z.string().optional() });

/** The queue is not there (yet). */
export function isQueueMissing(error: unknown): boolean {
  return RestFailure.safeParse(error).data?.code === "QueueNotFound";
}

/** The message is gone, or another's; or its queue is. */
export function isGone(error: unknown): boolean {
  const failure = RestFailure.safeParse(error).data;
  return (
    failure !== undefined &&
    (failure.statusCode === 404 || failure.code === "PopReceiptMismatch" || isBeingDeleted(failure))
  );
}

/** The next poll may find it otherwise: no queue, or a service that is in trouble. */
export function isPassing(error: unknown): boolean {
  const failure = RestFailure.safeParse(error).data;
  return (
    failure !== undefined && (isQueueMissing(failure) || isBeingDeleted(failure) || failure.statusCode >= 500)
  );
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isBeingDeleted({ code }: z.infer<typeof RestFailure>): boolean {
  return code === "QueueBeingDeleted" || code === "QueueDisabled";
}
