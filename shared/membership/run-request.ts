import * as z from "zod";
import { ShortName } from "../config/short-name.ts";
import { HistoryFields, type Parsed, parseRequest } from "../runs/parse-request.ts";

/** What somebody asked to be synced. */
export interface SyncRequest {
  /** One space, or every one. */
  space?: string | undefined;
  /** Plan only. */
  dryRun: boolean;
  /** The hash of the held plan that is to be applied. */
  force?: string | undefined;
}

const SyncRequest = z
  .strictObject({
    space: z.string().max(100).optional(),
    dryRun: z.boolean().default(false),
    force: z
      .string()
      .regex(/^[0-9a-f]{64}$/u, "must be the hash of a held plan, as its report has it")
      .optional(),
  })
  .refine(({ dryRun, force }) => force === undefined || !dryRun, {
    path: ["force"],
    error: "applies a plan, and a dry run applies none: leave one of them out",
  });

const UndoRequest = z.strictObject({ runId: z.uuid("must be the runId of a report") });

const HistoryQuery = z.strictObject({ ...HistoryFields, space: ShortName.optional() });
export type HistoryQuery = z.infer<typeof HistoryQuery>;

/** What is to be synced, as somebody sent it. */
export function parseSyncRequest(body: unknown): Parsed<SyncRequest> {
  return parseRequest(SyncRequest, body);
}

/** Which run is to be taken back. */
export function parseUndoRequest(body: unknown): Parsed<{ runId: string }> {
  return parseRequest(UndoRequest, body);
}

/** Which past runs are asked for. */
export function parseHistoryQuery(query: unknown): Parsed<HistoryQuery> {
  return parseRequest(HistoryQuery, query);
}
