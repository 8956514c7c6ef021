import type { EmulatorAnswer } from "../emulator.ts";
import { uuidOf } from "../uuid.ts";
import type { TenantCall } from "./call.ts";
import { resourceNotFound } from "./graph-error.ts";
import { newId } from "./ids.ts";
import { usersAnswer } from "./list-users.ts";
import type { GraphState, GroupState } from "./state.ts";

// In resource units: https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
const COST = 5;

/** @returns the group's id */
export function newGroup(state: GraphState, members: string[]): string {
  const id = uuidOf(newId(state, "group"));
  (state.groups ??= []).push({ id, members });
  return id;
}

/**
 * The users in a group, and in the groups within it: the cast to users leaves out groups, devices and whatever else is in
 * one. Clients in the field ask for it without the header ConsistencyLevel, which the page asks for with `$search`,
 * `$filter` and `$orderby`.
 * @throws {GraphError} 404: no such group
 * @see https://learn.microsoft.com/graph/api/group-list-transitivemembers
 */
export function listGroupMembers(call: TenantCall, { mailboxes, groups = [] }: GraphState): EmulatorAnswer {
  const { group: name = "" } = call.parameters;
  const group = groups.find(({ id }) => id === name);
  if (!group) throw resourceNotFound(name);
  const within = membersOf(group, groups);
  const users = mailboxes.filter(({ user }) => within.has(user.id));
  return usersAnswer(call, users, COST);
}

function membersOf(group: GroupState, groups: readonly GroupState[]): Set<string> {
  const found = new Set(group.members);
  // What is added while the set is gone through is gone through as well, each once: groups can be in each other.
  for (const id of found) {
    for (const member of groups.find((each) => each.id === id)?.members ?? []) found.add(member);
  }
  return found;
}
