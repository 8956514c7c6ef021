import type { GraphRoad } from "../graph/graph-road.ts";
import { pagesOfGroupMembers, pagesOfUsers } from "../graph/users.ts";
import { pagesOfPeople } from "../webex/people.ts";
import type { WebexRoad } from "../webex/webex-road.ts";
import { type DirectoryPerson, directoryReading } from "./directory.ts";
import { isGuestUser, personFromMicrosoft } from "./from-microsoft.ts";
import { personFromWebex } from "./from-webex.ts";
import type { Reading } from "./reading.ts";
import type { DirectorySource } from "./space-file.ts";
import { refusalOf } from "./service-refusal.ts";

/** How a space's services are reached. */
export interface SpaceRoads {
  webex: WebexRoad;
  /** Opened when the directory is Microsoft's. */
  microsoft(): Promise<GraphRoad>;
}

/**
 * The whole of a directory. A page that fails makes all of it unknown.
 * @param onPeople  told of each page, how many people it has
 * @throws {TokenError} and whatever is no answer of a service
 */
export async function readDirectory(
  source: DirectorySource,
  roads: SpaceRoads,
  onPeople: (count: number) => void,
): Promise<Reading<readonly DirectoryPerson[]>> {
  const people: DirectoryPerson[] = [];
  try {
    for await (const page of pagesOf(source, roads)) {
      people.push(...page);
      onPeople(page.length);
    }
    return directoryReading(people);
  } catch (error) {
    return directoryReading(people, refusalOf(error));
  }
}

async function* pagesOf(source: DirectorySource, roads: SpaceRoads): AsyncGenerator<DirectoryPerson[]> {
  if (source.type === "webex") {
    for await (const page of pagesOfPeople(roads.webex)) yield page.map(personFromWebex);
    return;
  }
  const graph = await roads.microsoft();
  const { group } = source;
  if (group === undefined) {
    for await (const page of pagesOfUsers(graph)) {
      yield page.filter((user) => !isGuestUser(user)).map(personFromMicrosoft);
    }
    return;
  }
  // Whoever put a guest into the group has meant it.
  for await (const page of pagesOfGroupMembers(graph, group)) yield page.map(personFromMicrosoft);
}
