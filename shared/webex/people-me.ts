import * as z from "zod";
import type { WebexRoad } from "./webex-road.ts";

const Me = z.object({
  id: z.string(),
  emails: z.array(z.string()).nonempty(),
  displayName: z.string().optional(),
  orgId: z.string().optional(),
});
export type WebexMe = z.infer<typeof Me>;

/**
 * The account whose road this is.
 * Permission: spark:people_read
 * @see https://developer.webex.com/docs/api/v1/people/get-my-own-details
 */
export function fetchMe(road: WebexRoad): Promise<WebexMe> {
  return road.get("/people/me", Me);
}
