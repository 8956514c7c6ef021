import type { TokenClaims } from "../access-token.ts";
import type { EmulatorAnswer } from "../emulator.ts";
import type { Faults } from "../faults.ts";
import type { State } from "../state.ts";
import { findMailbox, isInTenant } from "./accounts.ts";
import { authorize } from "./authorization.ts";
import type { GraphRequest, TenantCall } from "./call.ts";
import {
  GraphError,
  badRequest,
  errorBody,
  exchangeIds,
  itemNotFound,
  resourceNotFound,
} from "./graph-error.ts";
import type { ExchangeIds } from "./graph-error.ts";
import { accessDenied, carries, isOfDirectory, requirePermission } from "./permissions.ts";
import { findRoute } from "./routes.ts";
import type { Route, RouteMatch } from "./routes.ts";
import type { GraphSettings } from "./settings.ts";
import type { GraphState, MailboxState } from "./state.ts";
import type { Throttle } from "./throttle.ts";
import type { Unavailable } from "./user-state.ts";

/** What stands around the operations. */
export interface Service {
  /** Such as https://localhost:4433. */
  url(): string;
  now(): Date;
  readToken(token: string): TokenClaims | undefined;
  state: State<GraphState>;
  settings: GraphSettings;
  throttle: Throttle;
  counts: { requests: number; parts: number };
  /** The parts of batches that were carried out, or failed by themselves. */
  parts: PartRecord[];
  faults(): Faults;
}

/** One part of a batch, as it was answered. */
export interface PartRecord {
  method: string;
  path: string;
  status: number;
}

/** A request that may be carried out. */
interface Admission {
  caller: TokenClaims;
  parameters: Record<string, string>;
  handle(call: TenantCall): EmulatorAnswer | Promise<EmulatorAnswer>;
  /** To be called when it was. */
  leave(): void;
}

const JSON_TYPE =
  "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/**
 * Answers one request, or one part of a batch. Whether it is admitted is decided on arrival; it counts as under way
 * until it is answered, and the latency lies between.
 */
export async function answerRequest(
  service: Service,
  request: GraphRequest,
  latency: () => Promise<void>,
): Promise<EmulatorAnswer> {
  let admission: Admission | undefined;
  return answering(service, request, async () => {
    try {
      try {
        admission = admit(service, request);
      } finally {
        // A refusal takes as long as an answer.
        await latency();
      }
      return await carryOut(service, request, admission);
    } finally {
      admission?.leave();
    }
  });
}

/** Puts refusals into Graph's form, and the ids of the exchange on every answer. */
export async function answering(
  service: Service,
  request: GraphRequest,
  answer: () => Promise<EmulatorAnswer>,
): Promise<EmulatorAnswer> {
  const ids = exchangeIds(request.headers);
  try {
    return withHeaders(await answer(), ids);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const { status, headers } = error;
    return withHeaders({ status, headers, body: errorBody(error, ids, service.now()) }, ids);
  }
}

/** @throws {GraphError} 401 */
export function callerOf(service: Service, { headers }: GraphRequest): TokenClaims {
  const readToken = (token: string): TokenClaims | undefined => service.readToken(token);
  return authorize(headers.authorization, { readToken, url: service.url(), now: service.now() });
}

/** @throws {GraphError} 401, 400 or 405, 403, 404, 429: asked in this order */
function admit(service: Service, request: GraphRequest): Admission {
  const caller = callerOf(service, request);
  const match = findRoute(request);
  const { route, parameters } = match;
  const { value: state } = service.state;
  if (route.of === "tenant") {
    requirePermission(caller, route.operation);
    return { caller, parameters, leave: () => undefined, handle: (call) => route.handle(call, state) };
  }
  if (caller.account === undefined && parameters["user"] === undefined) {
    throw badRequest("/me request is only valid with delegated authentication flow.");
  }
  requirePermission(caller, route.operation);
  const mailbox = mailboxFor(service, caller, match);
  const leave = enter(service, caller, mailbox, route);
  const handle: Admission["handle"] = (call) => route.handle({ ...call, mailbox }, state, service.settings);
  return { caller, parameters, leave, handle };
}

/** A user reaches the own mailbox only: nobody here has shared one. An app reaches those of the tenant. */
function mailboxFor(service: Service, caller: TokenClaims, { route, parameters }: RouteMatch): MailboxState {
  const state = service.state.value;
  const own = caller.account === undefined ? undefined : findMailbox(state, caller.account);
  const user = parameters["user"];
  const mailbox = user === undefined ? own : findMailbox(state, user);
  if (!mailbox || !isInTenant(mailbox, caller)) {
    throw unknownUser(user ?? caller.account ?? "", isOfDirectory(route.operation));
  }
  if (caller.account !== undefined && mailbox !== own) throw accessDenied();
  if (mailbox.unavailable !== undefined && !isOfDirectory(route.operation)) {
    throw unreachable(mailbox.unavailable);
  }
  return mailbox;
}

/** Exchange speaks of an id as of a resource: https://github.com/microsoftgraph/microsoft-graph-docs/issues/6305 */
function unknownUser(name: string, inDirectory: boolean): GraphError {
  if (inDirectory) return resourceNotFound(name);
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(name)
    ? new GraphError(404, "ResourceNotFound", "Resource could not be discovered.")
    : new GraphError(404, "ErrorInvalidUser", `The requested user '${name}' is invalid.`);
}

/**
 * @see https://github.com/iyear/E5SubBot/issues/39 for the words about an inactive mailbox
 * @see https://learn.microsoft.com/graph/auth-limit-mailbox-access for the limit on an app; its words are the service's
 */
function unreachable(why: Unavailable): GraphError {
  switch (why) {
    case "inactive":
      return new GraphError(
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
      );
    case "blocked":
      return new GraphError(
        403,
        "ErrorAccessDenied",
        "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.",
      );
    case "not-found":
      return itemNotFound();
  }
}

/** The directory is not Outlook: its requests do not count against a mailbox. */
function enter(
  service: Service,
  caller: TokenClaims,
  mailbox: MailboxState,
  { operation }: Route,
): () => void {
  if (isOfDirectory(operation)) return () => undefined;
  const visit = {
    app: caller.clientId,
    tenant: caller.tenant,
    mailbox: mailbox.user.userPrincipalName,
    extensions: operation === "readEventExtensions" || operation === "writeEventExtensions",
  };
  return service.throttle.enter(visit, service.now());
}

async function carryOut(
  service: Service,
  request: GraphRequest,
  admission: Admission,
): Promise<EmulatorAnswer> {
  const { caller, parameters } = admission;
  const answer = await admission.handle({
    ...request,
    caller,
    parameters,
    root: `${service.url()}/v1.0`,
    now: service.now(),
    largestPage: service.settings.largestPage,
    may: (permission) => carries(caller, permission),
  });
  if (request.method !== "GET") await service.state.save();
  return answer;
}

function withHeaders({ status, headers, body }: EmulatorAnswer, ids: ExchangeIds): EmulatorAnswer {
  const type = body === undefined ? {} : { "content-type": JSON_TYPE };
  return {
    status,
    headers: { ...type, "cache-control": "private", "odata-version": "4.0", ...ids, ...headers },
    ...(body === undefined ? {} : { body }),
  };
}
