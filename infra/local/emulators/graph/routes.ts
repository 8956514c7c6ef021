import type { EmulatorAnswer } from "../emulator.ts";
import { matchTemplate } from "../path-template.ts";
import { getAutomaticReplies, getMailboxSettings } from "./automatic-replies.ts";
import type { Call, GraphRequest, TenantCall } from "./call.ts";
import { listCalendarView } from "./calendar-view.ts";
import { getCalendar, listCalendars } from "./calendars.ts";
import { listContacts } from "./contacts.ts";
import {
  deleteExtension,
  getExtension,
  listExtensions,
  patchExtension,
  postExtension,
} from "./event-extensions.ts";
import { deleteEvent, getEvent, listEvents, patchEvent, postEvent } from "./events.ts";
import { GraphError, badRequest } from "./graph-error.ts";
import { listGroupMembers } from "./group-members.ts";
import { listMessages } from "./messages.ts";
import type { Operation } from "./permissions.ts";
import { sendMail } from "./send-mail.ts";
import type { GraphSettings } from "./settings.ts";
import type { GraphState } from "./state.ts";
import { listUsers } from "./list-users.ts";
import { getUser } from "./users.ts";

type Handler = (
  call: Call,
  state: GraphState,
  settings: GraphSettings,
) => EmulatorAnswer | Promise<EmulatorAnswer>;

interface BaseRoute {
  method: string;
  operation: Operation;
}

/** Of one user. */
interface MailboxRoute extends BaseRoute {
  of: "user";
  /** Below /me or /users/{user}. */
  path: string;
  handle: Handler;
}

/** Of the tenant, whoever asks. */
interface TenantRoute extends BaseRoute {
  of: "tenant";
  /** Below the version. */
  path: string;
  handle: (call: TenantCall, state: GraphState) => EmulatorAnswer;
}

export type Route = MailboxRoute | TenantRoute;

export interface RouteMatch {
  route: Route;
  parameters: Record<string, string>;
}

/** Where events are found: in the mailbox, in its default calendar, in any calendar. */
const EVENT_ROOTS = ["", "/calendar", "/calendars/{calendar}"];
const CALENDAR_ROOTS = EVENT_ROOTS.slice(1);

const TENANT_ROUTES: TenantRoute[] = [
  { of: "tenant", method: "GET", path: "/users", operation: "listUsers", handle: listUsers },
  {
    of: "tenant",
    method: "GET",
    path: "/groups/{group}/transitiveMembers/microsoft.graph.user",
    operation: "listGroupMembers",
    handle: listGroupMembers,
  },
];

const ROUTES: MailboxRoute[] = [
  route("GET", "", "readUser", getUser),
  route("GET", "/mailboxSettings", "readMailboxSettings", getMailboxSettings),
  route("GET", "/mailboxSettings/automaticRepliesSetting", "readMailboxSettings", getAutomaticReplies),
  route("GET", "/calendars", "listCalendars", listCalendars),
  ...CALENDAR_ROOTS.map((root) => route("GET", root, "listCalendars", getCalendar)),
  ...EVENT_ROOTS.flatMap(eventRoutes),
  route("GET", "/contacts", "listContacts", listContacts),
  route("POST", "/sendMail", "sendMail", sendMail),
  route("GET", "/messages", "listMessages", listMessages),
  route("GET", "/mailFolders/{folder}/messages", "listMessages", listMessages),
];

function eventRoutes(root: string): MailboxRoute[] {
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

function route(method: string, path: string, operation: Operation, handle: Handler): MailboxRoute {
  return { of: "user", method, path, operation, handle };
}

/**
 * The operation a request asks for. Graph minds the case of ids, not of the words between them.
 * @throws {GraphError} 400: no such path; 405: not with this method
 */
export function findRoute({ method, path }: Pick<GraphRequest, "method" | "path">): RouteMatch {
  const [version, ...segments] = segmentsOf(path);
  if (version !== "v1.0") throw badRequest("Invalid version.");
  const [owner, ...rest] = segments;
  const isMe = owner?.toLowerCase() === "me";
  const user = owner?.toLowerCase() === "users" ? rest.shift() : undefined;
  const ofUser = isMe || user !== undefined ? ROUTES.flatMap((candidate) => matched(candidate, rest)) : [];
  const found = [...ofUser, ...TENANT_ROUTES.flatMap((candidate) => matched(candidate, segments))];
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

function matched(route: Route, segments: string[]): RouteMatch[] {
  const parameters = matchTemplate(route.path, segments, { ignoreCase: true });
  return parameters ? [{ route, parameters }] : [];
}

function segmentsOf(path: string): string[] {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    throw badRequest("The path is not well formed.");
  }
}
