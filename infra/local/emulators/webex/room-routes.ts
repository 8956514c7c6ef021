import type { EmulatorAnswer } from "../exchange.ts";
import { internalId, internalIdFor, publicId } from "./ids.ts";
import { requireVisible } from "./membership-rules.ts";
import type { Call } from "./call.ts";
import type { SpaceState } from "./state.ts";

/** @see https://developer.webex.com/docs/api/v1/rooms/get-room-details */
export function getRoom(call: Call): EmulatorAnswer {
  const uuid = internalId("ROOM", call.parameters["roomId"] ?? "") ?? "";
  return { status: 200, body: roomResource(requireVisible(call.spaces.byUuid(uuid), call), call) };
}

function roomResource(space: SpaceState, { organization }: Call): object {
  const { title, type, isLocked, isAnnouncementOnly, isPublic, created, lastActivity } = space;
  return {
    id: publicId("ROOM", space.uuid),
    title,
    type,
    isLocked,
    ...(space.team === undefined ? {} : { teamId: publicId("TEAM", internalIdFor(`team ${space.team}`)) }),
    lastActivity,
    ...(space.creator === undefined ? {} : { creatorId: publicId("PEOPLE", space.creator) }),
    created,
    ownerId: publicId("ORGANIZATION", organization.uuid),
    isAnnouncementOnly,
    isReadOnly: false,
    isPublic,
    ...(isPublic ? { madePublic: created } : {}),
  };
}
