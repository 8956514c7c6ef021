import * as z from "zod";
import type { WebexRoad } from "./webex-road.ts";

/** How many people a space holds. @see https://help.webex.com/article/n35gqwcb (Webex App | Add people to a space) */
export const MOST_MEMBERS = 5000;

const Room = z.object({
  /** `direct` is a talk between two. */
  type: z.enum(["direct", "group"]),
  /** Whether it is moderated: then only moderators add and remove people. */
  isLocked: z.boolean(),
  /** The team that has it. */
  teamId: z
    .string()
    .nullish()
    .transform((id) => id ?? undefined),
});
export type WebexRoom = z.infer<typeof Room>;

/**
 * One space.
 * @throws {WebexServiceError} 404: there is no such space, or the account may not see it
 * Permission: spark:rooms_read
 * @see https://developer.webex.com/docs/api/v1/rooms/get-room-details
 */
export function fetchRoom(road: WebexRoad, roomId: string): Promise<WebexRoom> {
  return road.get(`/rooms/${encodeURIComponent(roomId)}`, Room);
}
