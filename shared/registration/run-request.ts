import * as z from "zod";
import { HistoryFields, type Parsed, parseRequest } from "../runs/parse-request.ts";

const address = z.email();

/** A request that goes on in the queue has to fit into a message, with the names of its teams. */
const LARGEST_BYTES = 32 * 1024;

/** The body of a forced run; also what of it is put into the queue. */
export const RunRequestBody = z
  .strictObject({
    team: z.string().max(100).optional(),
    dryRun: z.boolean().default(false),
    to: z
      .union([address, z.array(address).min(1)])
      .transform((value) => [value].flat())
      .optional(),
    from: address.optional(),
    resend: z.array(z.string().min(1)).default([]),
    trial: z.boolean().default(false),
  })
  .refine((request) => !request.trial || request.to !== undefined, {
    path: ["trial"],
    error: "a trial needs `to`: the address that gets it instead of the host",
  })
  .refine((request) => Buffer.byteLength(JSON.stringify(request)) <= LARGEST_BYTES, {
    error: `the request is larger than ${LARGEST_BYTES / 1024} KiB: give fewer events to resend`,
  });

/** What one forced run was asked to do. */
export interface RunRequest {
  /** One team, or every one. */
  team?: string | undefined;
  /** Plan only: no mail, no mark, no row. */
  dryRun: boolean;
  /** Instead of the recipients that are configured. */
  to?: string[] | undefined;
  from?: string | undefined;
  /** Ids of events to announce again. */
  resend: string[];
  /** Sends to `to` with `[Trial]` before the subject, and remembers nothing. */
  trial: boolean;
}

/** What the timer asks: every team, as configured. */
export const EVERY_TEAM: RunRequest = { dryRun: false, resend: [], trial: false };

/** The body of a forced run. */
export function parseRunRequest(body: unknown): Parsed<RunRequest> {
  return parseRequest(RunRequestBody, body);
}

const HistoryQuery = z.strictObject({ ...HistoryFields, team: z.string().optional() });
export type HistoryQuery = z.infer<typeof HistoryQuery>;

/** Which past runs are asked for. */
export function parseHistoryQuery(query: unknown): Parsed<HistoryQuery> {
  return parseRequest(HistoryQuery, query);
}

const ReplayRequest = z.strictObject({ team: z.string().min(1) });

/** Whose messages go back into the queue. */
export function parseReplayRequest(body: unknown): Parsed<{ team: string }> {
  return parseRequest(ReplayRequest, body);
}
