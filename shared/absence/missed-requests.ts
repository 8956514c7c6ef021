import * as z from "zod";
import type { JsonBlobs } from "../storage/json-blobs.ts";
import { encodeKey } from "../storage/row-key.ts";
import type { MonitorRequest } from "./monitor-request.ts";

export interface MissedWorld {
  /** The container of what is remembered beside the tables. */
  blobs: JsonBlobs;
}

/** A request that waits to be served. */
export interface MissedRequest extends MonitorRequest {
  /** When it came. ISO 8601, UTC. */
  at: string;
}

const FOLDER = "missed/";

const MissedRequest = z.object({ email: z.string(), monitor: z.boolean(), at: z.iso.datetime() });

/** One for each address: only what was asked last counts. */
function nameOf(email: string): string {
  return `${FOLDER}${encodeKey(email.toLowerCase())}.json`;
}

/**
 * Notes a request that could not be served: a mediator that sends all its users does not look at the answers, and never
 * asks again by itself.
 * @throws the storage client's error
 */
export async function noteMissed(
  { email, monitor, at }: MissedRequest,
  { blobs }: MissedWorld,
): Promise<void> {
  await blobs.put(nameOf(email), { email, monitor, at } satisfies MissedRequest);
}

/** It has been served, or never will be, or something else is asked for. @throws the storage client's error */
export async function forgetMissed(email: string, { blobs }: MissedWorld): Promise<void> {
  await blobs.delete(nameOf(email));
}

/** The names of the notes of what waits to be served; whichever process it came to. @throws the storage client's error */
export async function namesOfMissed({ blobs }: MissedWorld): Promise<string[]> {
  return blobs.names(FOLDER);
}

/** @returns undefined when it is not there any more @throws the storage client's error */
export async function readMissed(
  name: string,
  { blobs }: MissedWorld,
): Promise<MissedRequest | "unreadable" | undefined> {
  try {
    const noted = await blobs.read(name);
    return noted === undefined ? undefined : (MissedRequest.safeParse(noted).data ?? "unreadable");
  } catch (error) {
    // It is no JSON.
    if (error instanceof SyntaxError) return "unreadable";
    throw error;
  }
}
