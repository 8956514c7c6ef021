import type { EmulatorAnswer, EmulatorRequest } from "../exchange.ts";
import type { WebexService } from "../webex-login/service.ts";
import { isAlive } from "../webex-login/token.ts";
import type { Token } from "../webex-login/memory.ts";
import type { Call, MembershipChange, Organization } from "./call.ts";
import type { People, Person } from "./people.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { forbidden, newTrackingId, Refusal } from "./refusal.ts";
import { findRoute } from "./routes.ts";
import type { RouteMatch } from "./routes.ts";
import type { WebexSettings } from "./settings.ts";
import type { Spaces } from "./spaces.ts";

/** What stands around the operations. */
export interface ApiService {
  /** Such as https://webex.localhost:4433. */
  url(): string;
  login: WebexService;
  people: People;
  spaces: Spaces;
  settings: WebexSettings;
  limiter: RateLimiter;
  counts: Counts;
  changes: MembershipChange[];
  organization: Organization;
  /** Resolves when what was changed is kept. */
  save(): Promise<void>;
}

/** Below /v1, without the sign-in. */
export interface Counts {
  requests: number;
  /** Answered 429 by the rate limit. */
  throttled: number;
  inFlight: number;
  maxInFlight: number;
}

interface Admission extends RouteMatch {
  caller: Person;
  token: Token;
}

/**
 * Answers one request below /v1. Whether it is admitted is decided on arrival; it counts as under way until it is
 * answered, and the latency lies between.
 */
export async function answerApi(
  service: ApiService,
  request: EmulatorRequest,
  latency: () => Promise<void>,
): Promise<EmulatorAnswer> {
  const { counts } = service;
  counts.requests += 1;
  counts.inFlight += 1;
  counts.maxInFlight = Math.max(counts.maxInFlight, counts.inFlight);
  try {
    return await carryOut(service, request, await admitted(service, request, latency));
  } catch (error) {
    if (error instanceof Refusal) return error.answer();
    throw error;
  } finally {
    counts.inFlight -= 1;
  }
}

/** A refusal takes as long as an answer. */
async function admitted(
  service: ApiService,
  request: EmulatorRequest,
  latency: () => Promise<void>,
): Promise<Admission> {
  try {
    return admit(service, request);
  } finally {
    await latency();
  }
}

/** @throws {Refusal} 401, 404 or 405, 429, 403: asked in this order */
function admit(service: ApiService, request: EmulatorRequest): Admission {
  const { token, caller } = bearerOf(service, request);
  const match = findRoute(request);
  throttle(service, token);
  if (!match.route.scopes.some((scope) => token.scopes.includes(scope))) throw forbidden();
  return { ...match, token, caller };
}

/** A token ends with the account. @throws {Refusal} 401 */
function bearerOf(
  { login, people }: ApiService,
  { headers }: EmulatorRequest,
): { token: Token; caller: Person } {
  const value = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
  const token = login.state.value.accessTokens[value];
  const caller = token && isAlive(token, login) ? people.byEmail(token.email) : undefined;
  if (!token || !caller || caller.loginEnabled === false) {
    throw new Refusal(
      401,
      "The request requires a valid access token set in the Authorization request header.",
    );
  }
  return { token, caller };
}

/** @throws {Refusal} 429 with Retry-After */
function throttle({ settings, limiter, counts, login }: ApiService, { email, clientId }: Token): void {
  if (!settings.rateLimit) return;
  const wait = limiter.take(`${clientId} ${email}`, settings.rateLimit, login.now());
  if (wait === undefined) return;
  counts.throttled += 1;
  throw new Refusal(429, "Too many requests have been sent in a given amount of time.", {
    "retry-after": String(wait),
  });
}

async function carryOut(
  service: ApiService,
  request: EmulatorRequest,
  admission: Admission,
): Promise<EmulatorAnswer> {
  const answer = admission.route.handle(callOf(service, request, admission));
  if (request.method !== "GET") await service.save();
  return { ...answer, headers: { trackingid: newTrackingId(), ...answer.headers } };
}

function callOf(
  service: ApiService,
  { path, query, headers, text }: EmulatorRequest,
  { caller, token, parameters }: Admission,
): Call {
  const { people, spaces, settings, organization, changes } = service;
  const now = service.login.now();
  const context = { caller, people, spaces, settings, organization, now };
  const request = { path, query, headers, text, parameters };
  return {
    ...context,
    ...request,
    root: service.url(),
    may: (scope) => token.scopes.includes(scope),
    record: ({ space, person, ...change }) =>
      void changes.push({ ...change, at: now, room: space.name, email: person.email, by: caller.email }),
  };
}
