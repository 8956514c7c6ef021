import type { EmulatorAnswer } from "../emulator.ts";
import type { Call, Json } from "./call.ts";
import { GraphError } from "./graph-error.ts";
import { newId, uuidOf } from "./ids.ts";
import { listAnswer } from "./odata.ts";
import type { DirectoryGroup, DirectoryState, DirectoryUser, GraphState } from "./state.ts";

/** A user of the tenant; a work account that may sign in unless told otherwise. */
export type DirectoryUserSeed = Pick<DirectoryUser, "userPrincipalName"> &
  Partial<Omit<DirectoryUser, "id" | "userPrincipalName">>;

/** The tenant's directory past Graph: for tests and samples. */
export interface DirectoryControl {
  /** @returns the id */
  addUser(seed: DirectoryUserSeed): string;
  /** @param members  ids of users and of other groups. @returns the id */
  addGroup(members: string[]): string;
}

export function directoryControl(state: GraphState): DirectoryControl {
  return {
    addUser: (seed) => {
      const user: DirectoryUser = {
        id: uuidOf(seed.userPrincipalName),
        displayName: seed.userPrincipalName.split("@")[0] ?? "",
        mail: seed.userPrincipalName,
        otherMails: [],
        department: null,
        accountEnabled: true,
        userType: "Member",
        ...seed,
      };
      directoryOf(state).users.push(user);
      return user.id;
    },
    addGroup: (members) => {
      const id = uuidOf(newId(state, "group"));
      directoryOf(state).groups.push({ id, members });
      return id;
    },
  };
}

// "The default and maximum page sizes are 100 and 999": https://learn.microsoft.com/graph/api/user-list, and
// https://learn.microsoft.com/graph/api/group-list-transitivemembers. "$skip is not supported": links have a token.
const LISTING = {
  type: "user",
  onlySelected: ["otherMails", "department", "accountEnabled", "userType"],
  page: { default: 100, max: 999, cursor: "$skiptoken" },
  context: "users",
} as const;

/** @see https://learn.microsoft.com/graph/api/user-list */
export function listUsers(call: Call, state: GraphState): EmulatorAnswer {
  return answer(call, directoryOf(state).users);
}

/**
 * The cast to users leaves out groups, devices and whatever else is in a group. Clients in the field ask for it without
 * the header ConsistencyLevel, which the page asks for with `$search`, `$filter` and `$orderby`.
 * @throws {GraphError} 404: no such group
 * @see https://learn.microsoft.com/graph/api/group-list-transitivemembers
 */
export function listGroupMembers(call: Call, state: GraphState): EmulatorAnswer {
  const { users, groups } = directoryOf(state);
  const group = groups.find(({ id }) => id === call.parameters["group"]);
  if (!group) {
    throw new GraphError(
      404,
      "Request_ResourceNotFound",
      `Resource '${call.parameters["group"]}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  const within = membersOf(group, groups);
  return answer(
    call,
    users.filter(({ id }) => within.has(id)),
  );
}

function membersOf(group: DirectoryGroup, groups: readonly DirectoryGroup[]): Set<string> {
  const found = new Set(group.members);
  // What is added while the set is gone through is gone through as well, each once: groups can be in each other.
  for (const id of found) {
    for (const member of groups.find((each) => each.id === id)?.members ?? []) found.add(member);
  }
  return found;
}

function answer(call: Call, items: DirectoryUser[]): EmulatorAnswer {
  return listAnswer(call, { ...LISTING, items, render: (user) => renderUser(user, call) });
}

/** Of a user whom the app may not read there is "limited information": the id. */
function renderUser(user: DirectoryUser, call: Call): Json {
  const basic = call.may("User.ReadBasic.All") ? user : undefined;
  const all = call.may("User.Read.All") ? user : undefined;
  return {
    businessPhones: [],
    displayName: basic?.displayName ?? null,
    givenName: null,
    jobTitle: null,
    mail: basic?.mail ?? null,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: null,
    userPrincipalName: basic?.userPrincipalName ?? null,
    id: user.id,
    otherMails: all?.otherMails ?? [],
    department: all?.department ?? null,
    accountEnabled: all?.accountEnabled ?? null,
    userType: all?.userType ?? null,
  };
}

function directoryOf(state: GraphState): DirectoryState {
  return (state.directory ??= { users: [], groups: [] });
}
