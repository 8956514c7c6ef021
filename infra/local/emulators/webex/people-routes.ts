import type { EmulatorAnswer } from "../exchange.ts";
import { internalId, publicId } from "./ids.ts";
import { pageAnswer } from "./page.ts";
import type { Person } from "./people.ts";
import { personResource } from "./person-resource.ts";
import type { View } from "./person-resource.ts";
import { Refusal, forbidden } from "./refusal.ts";
import type { Call } from "./call.ts";

/** "Accepts up to 85 person IDs separated by commas." */
const MAX_IDS = 85;
/** "If `callingData`=true, then `max` will not be more than 100. If `locationId` is specified then … 50." */
const LARGEST_WITH = { callingData: 100, locationId: 50 };
const FILTERS = ["email", "displayName", "id", "roles", "locationId"];

/** Whose token it is. @see https://developer.webex.com/docs/api/v1/people/get-my-own-details */
export function getMe(call: Call): EmulatorAnswer {
  return { status: 200, body: personResource(call.caller, viewOf(call)) };
}

/** @see https://developer.webex.com/docs/api/v1/people/get-person-details */
export function getPerson(call: Call): EmulatorAnswer {
  const person = call.people.byId(internalId("PEOPLE", call.parameters["personId"] ?? "") ?? "");
  if (!person || person.isGone) throw new Refusal(404, "Person not found");
  return { status: 200, body: personResource(person, viewOf(call)) };
}

/**
 * The whole directory for an administrator, a search in it for everybody else.
 * @throws {Refusal} 400: no search, with the service's own words; 403: only an administrator may ask so
 * @see https://developer.webex.com/docs/api/v1/people/list-people
 */
export function listPeople(call: Call): EmulatorAnswer {
  const { query, people, settings } = call;
  refuseBeyondRights(call);
  if (query.has("id")) return byIds(call);
  const view = viewOf(call);
  const matches = matcherOf(query);
  const email = query.get("email");
  return pageAnswer(call, largestPage(query, settings.largestPage.people), function* after(place) {
    // An address has one person at most, whom the directory finds without being gone through.
    const found = email === null ? people.after(place) : foundBy(people.byEmail(email), place);
    for (const person of found) {
      if (person.organization === undefined && matches(person)) {
        yield { place: person.position, item: personResource(person, view) };
      }
    }
  });
}

function refuseBeyondRights(call: Call): void {
  const { query, organization } = call;
  const isAdmin = isAdministrator(call);
  const orgId = query.get("orgId");
  // "Only admin users of another organization (such as partners) may use this parameter": of none but their own here.
  if (orgId !== null && internalId("ORGANIZATION", orgId) !== organization.uuid) throw forbidden();
  if ((query.has("roles") || query.has("locationId")) && !isAdmin) throw forbidden();
  if (isAdmin || FILTERS.some((filter) => query.has(filter))) return;
  if (call.may("spark-admin:people_read")) throw forbidden();
  throw new Refusal(400, "Email, displayName, or id list should be specified.");
}

/** Neither presence nor what only administrators see is "shown … when doing a GET /people?id=". */
function byIds(call: Call): EmulatorAnswer {
  const ids = (call.query.get("id") ?? "").split(",").filter(Boolean);
  if (ids.length > MAX_IDS) throw new Refusal(400, `The parameter id takes up to ${MAX_IDS} ids.`);
  const view = { ...viewOf(call), isForAdmin: false, presence: false };
  const found = ids.map((id) => call.people.byId(internalId("PEOPLE", id) ?? ""));
  const items = found.flatMap((person) => (person && !person.isGone ? [personResource(person, view)] : []));
  const notFoundIds = ids.filter((_id, index) => found[index]?.isGone !== false);
  return { status: 200, body: { items, notFoundIds } };
}

function matcherOf(query: URLSearchParams): (person: Person) => boolean {
  const name = query.get("displayName")?.toLowerCase();
  const roles = query.get("roles")?.split(",");
  const hasRole = ({ roles: own = [] }: Person): boolean =>
    own.some((role) => roles?.includes(publicId("ROLE", role)));
  return (person) =>
    (name === undefined || person.displayName.toLowerCase().startsWith(name)) &&
    (roles === undefined || hasRole(person)) &&
    // Nobody has a place in Webex Calling.
    !query.has("locationId");
}

function foundBy(person: Person | undefined, place: number): Person[] {
  return person && person.position > place ? [person] : [];
}

function largestPage(query: URLSearchParams, usual: number): number {
  return Math.min(
    usual,
    query.get("callingData") === "true" ? LARGEST_WITH.callingData : usual,
    query.has("locationId") ? LARGEST_WITH.locationId : usual,
  );
}

/** A role makes an administrator, and the scope lets the integration act as one. */
function isAdministrator({ caller, may }: Call): boolean {
  return (caller.roles ?? []).length > 0 && may("spark-admin:people_read");
}

function viewOf(call: Call): View {
  const { organization, query, settings } = call;
  return {
    organization: organization.uuid,
    isForAdmin: isAdministrator(call),
    presence: query.get("excludeStatus") !== "true",
    flags: settings.flags,
  };
}
