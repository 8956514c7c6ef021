import type { EmulatorAnswer } from "../emulator.ts";
import type { Call, GraphRequest } from "./call.ts";
import { listCalendarView } from "./calendar-view.ts";
import { getCalendar, listCalendars } from "./calendars.ts";
import { listContacts } from "./contacts.ts";
import { listGroupMembers, listUsers } from "./directory.ts";
import {
  deleteExtension,
  getExtension,
  listExtensions,
  patchExtension,
  postExtension,
} from "./event-extensions.ts";
import { deleteEvent, getEvent, listEvents, patchEvent, postEvent } from "./events.ts";
import { GraphError, badRequest } from "./graph-error.ts";
import { listMessages } from "./messages.ts";
import type { Operation } from "./permissions.ts";
import { sendMail } from "./send-mail.ts";
import type { GraphSettings } from "./settings.ts";
import type { GraphState } from "./state.ts";
import { getUser } from "./users.ts";

type Handler = (
  call: Call,
  state: GraphState,
  settings: GraphSettings,
) => EmulatorAnswer | Promise<EmulatorAnswer>;

export interface Route {
  method: string;
  /** Below /me or /users/{user}; of the directory, below the version. */
  path: string;
  operation: Operation;
  handle: Handler;
}

export interface RouteMatch {
  route: Route;
  parameters: Record<string, string>;
}

/** Where events are found: in the mailbox, in its default calendar, in any calendar. */
const EVENT_ROOTS = ["", "/calendar", "/calendars/{calendar}"];
const CALENDAR_ROOTS = EVENT_ROOTS.slice(1);

const ROUTES: Route[] = [
  route("GET", "", "readUser", getUser),
  route("GET", "/calendars", "listCalendars", listCalendars),
  ...CALENDAR_ROOTS.map((root) => route("GET", root, "listCalendars", getCalendar)),
  ...EVENT_ROOTS.flatMap(eventRoutes),
  route("GET", "/contacts", "listContacts", listContacts),
  route("POST", "/sendMail", "sendMail", sendMail),
  route("GET", "/messages", "listMessages", listMessages),
  route("GET", "/mailFolders/{folder}/messages", "listMessages", listMessages),
];

/** Of the tenant, not of a mailbox. */
const DIRECTORY_ROUTES: Route[] = [
  route("GET", "/users", "listUsers", listUsers),
  route(
    "GET",
    "/groups/{group}/transitiveMembers/microsoft.graph.user",
    "listGroupMembers",
    listGroupMembers,
  ),
];

function eventRoutes(root: string): Route[] {
  const one = `${root}/events/{event}`;
  return [
    route("GET", `${root}/calendarView`, "readEvents", (call, _state, settings) =>
      listCalendarView(call, settings),
    ),
    route("GET", `${root}/events`, "readEvents", (call, _state, settings) => listEvents(call, settings)),
    route("POST", `${root}/events`, "writeEvents", postEvent),
    route("GET", one, "readEvents", getEvent),
    route("PATCH", one, "writeEvents", patchEvent),
    route("DELETE", one, "writeEvents", deleteEvent),
    route("GET", `${one}/extensions`, "readEventExtensions", listExtensions),
    route("POST", `${one}/extensions`, "writeEventExtensions", postExtension),
    route("GET", `${one}/extensions/{extension}`, "readEventExtensions", getExtension),
    route("PATCH", `${one}/extensions/{extension}`, "writeEventExtensions", patchExtension),
    route("DELETE", `${one}/extensions/{extension}`, "writeEventExtensions", deleteExtension),
  ];
}

function route(method: string, path: string, operation: Operation, handle: Handler): Route {
  return { method, path, operation, handle };
}

/**
 * The operation a request asks for. Graph minds the case of ids, not of the words between them.
 * @throws {GraphError} 400: no such path; 405: not with this method
 */
export function findRoute({ method, path }: Pick<GraphRequest, "method" | "path">): RouteMatch {
  const [version, owner, ...rest] = segmentsOf(path);
  if (version !== "v1.0") throw badRequest("Invalid version.");
  const isMe = owner?.toLowerCase() === "me";
  const ofDirectory = DIRECTORY_ROUTES.flatMap((candidate) => matched(candidate, [owner ?? "", ...rest]));
  const user = owner?.toLowerCase() === "users" ? rest.shift() : undefined;
  const ofMailbox = isMe || user !== undefined ? ROUTES.flatMap((candidate) => matched(candidate, rest)) : [];
  const found = [...ofDirectory, ...ofMailbox];
  const match = found.find(({ route: { method: allowed } }) => allowed === method);
  if (match) return user === undefined ? match : { ...match, parameters: { ...match.parameters, user } };
  if (found.length === 0)
    throw badRequest(`Resource not found for the segment '${rest.at(-1) ?? owner ?? ""}'.`);
  throw new GraphError(
    405,
    "Request_BadRequest",
    "Specified HTTP method is not allowed for the request target.",
  );
}

function matched(candidate: Route, segments: string[]): RouteMatch[] {
  const pattern = candidate.path.split("/").slice(1);
  if (pattern.length !== segments.length) return [];
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (part.startsWith("{")) parameters[part.slice(1, -1)] = segment;
    else if (part.toLowerCase() !== segment.toLowerCase()) return [];
  }
  return [{ route: candidate, parameters }];
}

function segmentsOf(path: string): string[] {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    throw badRequest("The path is not well formed.");
  }
}
