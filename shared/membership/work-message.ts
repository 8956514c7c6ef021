import * as z from "zod";
import { LAST_ATTEMPT } from "../runs/retry-pauses.ts";
import { WorkMessageError } from "../runs/work-message-error.ts";
import { runIdOf } from "../runs/run-id.ts";
import type { SpaceJob, SpaceRequest } from "./space-work.ts";

/** The queue of membership's work. */
export const SYNCS_QUEUE = "membership-syncs";

/** A run is in so many parts at the most: what takes longer than hours comes to no end. */
export const LAST_PART = 40;

const Request: z.ZodType<SpaceRequest> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("sync"),
    dryRun: z.boolean(),
    force: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("undo"), undoes: z.string().min(1) }),
]);

const WorkMessage = z.strictObject({
  kind: z.literal("space"),
  version: z.literal(1),
  batch: z.string().min(1),
  space: z.string().min(1),
  attempt: z.number().int().min(0).max(LAST_ATTEMPT),
  part: z.number().int().min(0).max(LAST_PART),
  request: Request,
});

/** What a worker is asked to do: one run of one space, or what is left of it. Nothing in it is secret. */
export interface WorkMessage {
  kind: "space";
  /** A message outlives a deployment: another form gets another number. */
  version: 1;
  /** What one trigger started together. */
  batch: string;
  space: string;
  /** 0 is the first try. */
  attempt: number;
  /** 0 is the beginning of the run; what takes too long goes on in the next. */
  part: number;
  request: SpaceRequest;
}

/** @throws {WorkMessageError} names every mistake */
export function parseWorkMessage(body: unknown): WorkMessage {
  const parsed = WorkMessage.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new WorkMessageError(SYNCS_QUEUE, parsed.error);
}

/** The message that has a space run, as configured unless told otherwise. */
export function workMessage(about: Pick<WorkMessage, "batch" | "space"> & Partial<WorkMessage>): WorkMessage {
  const request: SpaceRequest = { kind: "sync", dryRun: false };
  return { kind: "space", version: 1, attempt: 0, part: 0, request, ...about };
}

/** The run that a message is about: whoever carries it out, and however often it comes, it is the same. */
export function jobOf({ batch, space, attempt, request }: Omit<WorkMessage, "part">): SpaceJob {
  return { runId: runIdOf({ batch, subject: space, attempt }), batch, space, request };
}
