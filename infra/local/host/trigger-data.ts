import { randomBytes } from "node:crypto";
import type { HostFunction, QueueFunction, TimerFunction } from "./indexing.ts";
import type { RpcInvocationRequest, RpcTypedData } from "./rpc.ts";

/** What one invocation passes to its function, and why it happens. */
export interface TriggerData {
  reason: string;
  input: RpcTypedData;
  metadata?: Record<string, RpcTypedData>;
  /** What the log says of the trigger. */
  details?: Record<string, string>;
  /** W3C trace context of the caller. */
  traceParent?: string;
}

/** What the host remembers of a timer. */
export interface ScheduleStatus {
  /** Undefined when it never fired. */
  last: Date | undefined;
  next: Date | undefined;
  lastUpdated: Date;
}

/** A message as the queue service holds it. */
export interface QueueMessage {
  id: string;
  /** The text that was enqueued, decoded. */
  text: string;
  dequeueCount: number;
  insertedAt: Date;
  expiresAt: Date;
  nextVisibleAt: Date;
  popReceipt: string;
}

/** The reason the host gives for whatever comes by HTTP, the admin API included. */
export const CALLED_BY_API = "This function was programmatically called via the host APIs.";

/** A timer's own turn, or one an operator asked for. */
export function timerData(
  timer: TimerFunction,
  status: ScheduleStatus | undefined,
  { reason, isPastDue = false }: { reason: string; isPastDue?: boolean },
): TriggerData {
  const info = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus:
      timer.useMonitor && status !== undefined
        ? {
            Last: dotnetTime(status.last),
            LastUpdated: dotnetTime(status.lastUpdated),
            Next: dotnetTime(status.next),
          }
        : null,
    IsPastDue: isPastDue,
  };
  return { reason, input: { json: JSON.stringify(info) } };
}

/** What a queue function is given for one message: its text, which the programming model parses when it is JSON. */
export function queueData({ queueName }: QueueFunction, message: QueueMessage): TriggerData {
  return {
    reason: `New queue message detected on '${queueName}'.`,
    details: {
      MessageId: message.id,
      DequeueCount: String(message.dequeueCount),
      InsertedOn: dotnetTime(message.insertedAt),
    },
    input: { string: message.text },
    metadata: {
      QueueTrigger: { string: message.text },
      Id: { string: message.id },
      PopReceipt: { string: message.popReceipt },
      DequeueCount: { json: String(message.dequeueCount) },
      InsertionTime: { json: JSON.stringify(dotnetTime(message.insertedAt)) },
      ExpirationTime: { json: JSON.stringify(dotnetTime(message.expiresAt)) },
      NextVisibleTime: { json: JSON.stringify(dotnetTime(message.nextVisibleAt)) },
    },
  };
}

/** What is passed when an operator fires a function: to a timer its own data, to a queue function the input as message. */
export function firedData(
  fired: Exclude<HostFunction, { trigger: "http" }>,
  input: string,
  status: ScheduleStatus | undefined,
): TriggerData {
  if (fired.trigger === "timer") return timerData(fired, status, { reason: CALLED_BY_API });
  return {
    reason: CALLED_BY_API,
    input: { string: input },
    metadata: { QueueTrigger: { string: input }, DequeueCount: { json: "0" } },
  };
}

export function invocationRequest(
  invocationId: string,
  { functionId, bindingName }: HostFunction,
  data: TriggerData,
): RpcInvocationRequest {
  return {
    invocationId,
    functionId,
    inputData: [{ name: bindingName, data: data.input }],
    triggerMetadata: data.metadata ?? {},
    traceContext: { traceParent: data.traceParent ?? newTrace(), traceState: "", attributes: {} },
  };
}

function newTrace(): string {
  return `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-00`;
}

/** As .NET writes a time on a machine in UTC; what never was is its year 1. */
function dotnetTime(instant: Date | undefined): string {
  if (instant === undefined) return "0001-01-01T00:00:00+00:00";
  return instant.toISOString().replace(/(\.000)?Z$/, "+00:00");
}
