import { findPeople, findPeopleByAddress } from "../webex/people.ts";
import { listMemberships } from "../webex/memberships.ts";
import { fetchMe } from "../webex/people-me.ts";
import { fetchRoom } from "../webex/rooms.ts";
import type { WebexRoad } from "../webex/webex-road.ts";
import { memberFromWebex, myselfFromWebex, personFromWebex, spaceFromWebex } from "./from-webex.ts";
import type { Readings } from "./obstacle.ts";
import { readDirectory, type SpaceRoads } from "./read-directory.ts";
import { type Reading, read, unknown } from "./reading.ts";
import { isBot, isGuest, type Member } from "./space.ts";
import type { SpaceFile } from "./space-file.ts";
import { refusalOf } from "./service-refusal.ts";
import { unlisted, withAccounts, withAddressesOf } from "./webex-addresses.ts";

/**
 * Reads all that a plan for a space is made of.
 * @param onPeople  told of each page of the directory, how many people it has
 * @throws {TokenError} and whatever is no answer of a service
 */
export async function readSpace(
  file: SpaceFile,
  roads: SpaceRoads,
  onPeople: (count: number) => void,
): Promise<Readings> {
  const { spaceId, source } = file;
  const { webex } = roads;
  const [space, members, me, directory] = await Promise.all([
    reading("The space", async () => spaceFromWebex(await fetchRoom(webex, spaceId))),
    readMembers(webex, spaceId),
    reading("The connected account", async () => myselfFromWebex(await fetchMe(webex))),
    readDirectory(source, roads, onPeople),
  ]);
  const readings = { space, members, me, directory };
  return source.type === "webex" ? withMissed(readings, webex) : withWebexAddresses(readings, webex, file);
}

/** Everybody in a space, each once: pages that are read while people come and go can name somebody twice. */
export function readMembers(webex: WebexRoad, spaceId: string): Promise<Reading<readonly Member[]>> {
  return reading("The members of the space", async () => {
    const members = (await listMemberships(webex, spaceId)).map(memberFromWebex);
    return [...new Map(members.map((member) => [member.membershipId, member])).values()];
  });
}

/**
 * While a directory is read page by page it changes, and somebody may be missed by that. So those of us who seem to have
 * left are asked for by name: who is there all the same comes without the state of their login, and is left alone.
 */
async function withMissed(readings: Readings, webex: WebexRoad): Promise<Readings> {
  const { members, me, directory } = readings;
  if (members.state !== "read" || me.state !== "read" || directory.state !== "read") return readings;
  const listed = new Set(directory.value.flatMap(({ personId, emails }) => [personId, ...emails]));
  const seemGone = members.value.filter(
    (member) =>
      !listed.has(member.personId) &&
      !listed.has(member.email) &&
      !isGuest(member, me.value) &&
      !isBot(member),
  );
  const completed = await reading("Those who seem to have left the directory", async () => {
    const found = await findPeople(webex, idsOf(seemGone));
    return [...directory.value, ...found.map(personFromWebex)];
  });
  return { ...readings, directory: completed };
}

/**
 * A directory of another service does not know all addresses of a Webex account. So Webex is asked about the members whom
 * it does not list, and about the addresses of the space file that it does not know: somebody excluded by one of those
 * would be added by another, and be removed again by the next run.
 */
async function withWebexAddresses(readings: Readings, webex: WebexRoad, file: SpaceFile): Promise<Readings> {
  const { members, directory } = readings;
  if (members.state !== "read" || directory.state !== "read") return readings;
  const strangers = unlisted(directory.value, members.value, file);
  const accounts = await reading("The addresses of those whom the directory does not list", async () => {
    const byId = findPeople(webex, idsOf(strangers.members));
    const byAddress = findPeopleByAddress(webex, strangers.addresses);
    return (await Promise.all([byId, byAddress])).flat();
  });
  if (accounts.state === "unknown") return { ...readings, directory: accounts };
  return {
    ...readings,
    members: read(withAccounts(accounts.value, members.value)),
    directory: read(withAddressesOf(accounts.value, directory.value)),
  };
}

function idsOf(members: readonly Member[]): string[] {
  return members.map(({ personId }) => personId);
}

async function reading<T>(what: string, work: () => Promise<T>): Promise<Reading<T>> {
  try {
    return read(await work());
  } catch (error) {
    return unknown(`${what} could not be read: ${refusalOf(error)}`);
  }
}
