import type { EmulatorAnswer } from "../exchange.ts";
import { matchTemplate } from "../path-template.ts";
import { createMembership, deleteMembership, getMembership, listMemberships } from "./membership-routes.ts";
import { getOrganization, listOrganizations } from "./organization-routes.ts";
import { getMe, getPerson, listPeople } from "./people-routes.ts";
import { Refusal } from "./refusal.ts";
import { getRoom } from "./room-routes.ts";
import type { Call } from "./call.ts";

export interface Route {
  method: string;
  /** Below /v1. */
  path: string;
  /** One of them is enough. */
  scopes: readonly string[];
  handle(call: Call): EmulatorAnswer;
}

export interface RouteMatch {
  route: Route;
  parameters: Record<string, string>;
}

const READ_PEOPLE = ["spark:people_read", "spark-admin:people_read", "spark:all"];
const READ_ROOMS = ["spark:rooms_read", "spark:all"];
const READ_MEMBERSHIPS = ["spark:memberships_read", "spark:all"];
const WRITE_MEMBERSHIPS = ["spark:memberships_write", "spark:all"];
const READ_ORGANIZATIONS = ["spark-admin:organizations_read"];

/** A path that is all words stands before a template that fits it too. */
const ROUTES: readonly Route[] = [
  route("GET", "/people", READ_PEOPLE, listPeople),
  route("GET", "/people/me", READ_PEOPLE, getMe),
  route("GET", "/people/{personId}", READ_PEOPLE, getPerson),
  route("GET", "/rooms/{roomId}", READ_ROOMS, getRoom),
  route("GET", "/memberships", READ_MEMBERSHIPS, listMemberships),
  route("POST", "/memberships", WRITE_MEMBERSHIPS, createMembership),
  route("GET", "/memberships/{membershipId}", READ_MEMBERSHIPS, getMembership),
  route("DELETE", "/memberships/{membershipId}", WRITE_MEMBERSHIPS, deleteMembership),
  route("GET", "/organizations", READ_ORGANIZATIONS, listOrganizations),
  route("GET", "/organizations/{orgId}", READ_ORGANIZATIONS, getOrganization),
];

function route(method: string, path: string, scopes: readonly string[], handle: Route["handle"]): Route {
  return { method, path, scopes, handle };
}

/** @throws {Refusal} 404: no such path; 405: not with this method */
export function findRoute({ method, path }: { method: string; path: string }): RouteMatch {
  const segments = path.split("/").slice(1).map(decodedOrRaw);
  const found = segments[0] === "v1" ? ROUTES.flatMap((each) => matched(each, segments.slice(1))) : [];
  const match = found.find((candidate) => candidate.route.method === method);
  if (match) return match;
  throw found.length === 0
    ? new Refusal(404, "The requested resource could not be found.")
    : new Refusal(405, `Request method '${method}' not supported`);
}

function matched(route: Route, segments: string[]): RouteMatch[] {
  const parameters = matchTemplate(route.path, segments);
  return parameters ? [{ route, parameters }] : [];
}

function decodedOrRaw(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
