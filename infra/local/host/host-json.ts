import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { SHORTEST_POLL_MS } from "./polling-delay.ts";

/** What the local host reads of host.json. */
export interface HostSettings {
  /** Without slashes around it; empty when routes stand at the root. */
  routePrefix: string;
  /** Milliseconds; undefined when functions may run for ever. */
  functionTimeoutMs: number | undefined;
  /** Whether the extensions are there that bring every trigger but http and timer. */
  hasExtensionBundle: boolean;
  queues: QueueSettings;
}

/** `extensions.queues`: how queue functions get their messages. */
export interface QueueSettings {
  /** How many messages are taken at once. */
  batchSize: number;
  /** How many may still be worked at when more are taken. */
  newBatchThreshold: number;
  /** How often a message is tried before it is put aside. */
  maxDequeueCount: number;
  /** How long after a failure it is tried again, milliseconds. */
  visibilityTimeoutMs: number;
  /** The longest pause between two looks into an empty queue, milliseconds. */
  maxPollingIntervalMs: number;
  messageEncoding: "base64" | "none";
}

/** host.json is not there, or not what the host takes. */
export class HostJsonError extends Error {
  override readonly name = "HostJsonError";
}

/** Five minutes, as in the Consumption plan; Flex Consumption has thirty. */
const DEFAULT_TIMEOUT_MS = 300_000;
const SEVEN_DAYS_MS = 7 * 24 * 3_600_000;

const TIME_SPAN = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,7})?)$/;
/** .NET's time span `[d.]hh:mm:ss[.fffffff]`, in milliseconds. */
const timeSpan = z
  .string()
  .regex(TIME_SPAN, 'write a time span such as "00:10:00"')
  .transform((span) => {
    const [, days = "0", hours, minutes, seconds] = TIME_SPAN.exec(span) ?? [];
    return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  });

/** @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#hostjson-settings */
const queues = z
  .looseObject({
    batchSize: z.int().min(1).max(32).default(16),
    newBatchThreshold: z.int().min(0).optional(),
    maxDequeueCount: z.int().min(1).default(5),
    visibilityTimeout: timeSpan.pipe(z.number().max(SEVEN_DAYS_MS)).default(0),
    maxPollingInterval: timeSpan.pipe(z.number().min(SHORTEST_POLL_MS)).default(60_000),
    messageEncoding: z
      .string()
      .transform((text) => text.toLowerCase())
      .pipe(z.enum(["base64", "none"]))
      .default("base64"),
  })
  .prefault({});

const hostJson = z.looseObject({
  version: z.literal("2.0"),
  functionTimeout: z
    .union([z.literal("-1"), timeSpan], {
      error: 'write a time span such as "00:10:00", or "-1"',
    })
    .default(DEFAULT_TIMEOUT_MS),
  extensionBundle: z.looseObject({ id: z.string(), version: z.string() }).optional(),
  extensions: z
    .looseObject({ http: z.looseObject({ routePrefix: z.string().default("api") }).optional(), queues })
    .prefault({}),
});

/** @throws {HostJsonError} naming the property */
export async function readHostJson(appRoot: string): Promise<HostSettings> {
  const file = join(appRoot, "host.json");
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new HostJsonError(`${file} could not be read. A function app needs one, of version "2.0".`, {
      cause,
    });
  }
  const parsed = hostJson.safeParse(json);
  if (!parsed.success) throw new HostJsonError(`${file}: ${z.prettifyError(parsed.error)}`);
  const { extensions, extensionBundle, functionTimeout } = parsed.data;
  const { batchSize, newBatchThreshold, maxDequeueCount, messageEncoding } = extensions.queues;
  return {
    routePrefix: (extensions.http?.routePrefix ?? "api").replaceAll(/^\/+|\/+$/g, ""),
    functionTimeoutMs: functionTimeout === "-1" ? undefined : functionTimeout,
    hasExtensionBundle: extensionBundle !== undefined,
    queues: {
      batchSize,
      newBatchThreshold: newBatchThreshold ?? Math.floor(batchSize / 2),
      maxDequeueCount,
      visibilityTimeoutMs: extensions.queues.visibilityTimeout,
      maxPollingIntervalMs: extensions.queues.maxPollingInterval,
      messageEncoding,
    },
  };
}
