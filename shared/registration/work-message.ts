import * as z from "zod";
import { ShortName } from "../config/short-name.ts";
import { LAST_ATTEMPT } from "../runs/retry-pauses.ts";
import { WorkMessageError } from "../runs/work-message-error.ts";
import { type RunRequest, RunRequestBody } from "./run-request.ts";

/** The queue of registration's work. */
export const PASSES_QUEUE = "registration-passes";

const WorkMessage = z.strictObject({
  kind: z.literal("passes"),
  version: z.literal(1),
  batch: z.string().min(1),
  connection: ShortName,
  teams: z.array(z.string().min(1)).min(1),
  attempt: z.number().int().min(0).max(LAST_ATTEMPT),
  request: RunRequestBody.optional(),
});

/** What a worker is asked to do: the passes of teams that share a connection, in turn. Nothing in it is secret. */
export interface WorkMessage {
  kind: "passes";
  /** A message outlives a deployment: another form gets another number. */
  version: 1;
  /** What one trigger started together. */
  batch: string;
  /** Whose mailbox they read. */
  connection: string;
  teams: string[];
  /** 0 is the first try. */
  attempt: number;
  /** What somebody asked for, when it goes on here; otherwise the teams are run as configured. */
  request?: RunRequest | undefined;
}

/** @throws {WorkMessageError} names every mistake */
export function parseWorkMessage(body: unknown): WorkMessage {
  const parsed = WorkMessage.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new WorkMessageError(PASSES_QUEUE, parsed.error);
}

/** What somebody else may have written; undefined when it is not one of ours. */
export function readWorkMessage(body: unknown): WorkMessage | undefined {
  return WorkMessage.safeParse(body).data;
}

/** A team, and the connection whose mailbox its pass reads. */
export interface TeamPlace {
  team: string;
  connection: string;
}

/** Names have 63 letters at the most, and the queue takes 48 KiB, of which a request may fill 32. */
const TEAMS_PER_MESSAGE = 200;

/** The messages that have these teams run: one for each connection, more only when its teams are very many. */
export function workMessages(
  places: readonly TeamPlace[],
  about: Pick<WorkMessage, "batch" | "request">,
): WorkMessage[] {
  const byConnection = Map.groupBy(places, ({ connection }) => connection);
  return [...byConnection].flatMap(([connection, members]) => {
    const teams = members.map(({ team }) => team);
    const parts = Math.ceil(teams.length / TEAMS_PER_MESSAGE);
    return Array.from({ length: parts }, (_, part): WorkMessage => {
      const some = teams.slice(part * TEAMS_PER_MESSAGE, (part + 1) * TEAMS_PER_MESSAGE);
      return { kind: "passes", version: 1, ...about, connection, teams: some, attempt: 0 };
    });
  });
}
