import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What the local host reads of host.json. */
export interface HostSettings {
  /** Without slashes around it; empty when routes stand at the root. */
  routePrefix: string;
  /** Milliseconds; undefined when functions may run for ever. */
  functionTimeoutMs: number | undefined;
}

/** host.json is not there, or not what the host takes. */
export class HostJsonError extends Error {
  override readonly name = "HostJsonError";
}

/** Five minutes, as in the Consumption plan; Flex Consumption has thirty. */
const DEFAULT_TIMEOUT = "00:05:00";

const hostJson = z.looseObject({
  version: z.literal("2.0"),
  functionTimeout: z
    .string()
    .regex(/^(-1|(?:\d+\.)?\d{1,2}:\d{2}:\d{2})$/, 'write a time span such as "00:10:00", or "-1"')
    .default(DEFAULT_TIMEOUT),
  extensions: z
    .looseObject({ http: z.looseObject({ routePrefix: z.string().default("api") }).optional() })
    .optional(),
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
  return {
    routePrefix: (parsed.data.extensions?.http?.routePrefix ?? "api").replaceAll(/^\/+|\/+$/g, ""),
    functionTimeoutMs: millisecondsOf(parsed.data.functionTimeout),
  };
}

/** .NET's time span `[d.]hh:mm:ss`. */
function millisecondsOf(span: string): number | undefined {
  if (span === "-1") return undefined;
  const [, days = "0", hours, minutes, seconds] = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)$/.exec(span) ?? [];
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
