import type { TokenClaims } from "../access-token.ts";
import type { EmulatorAnswer } from "../emulator.ts";
import type { Faults } from "../faults.ts";
import type { State } from "../state.ts";
import { authorize } from "./authorization.ts";
import type { Call, GraphRequest } from "./call.ts";
import { GraphError, badRequest, errorBody, exchangeIds } from "./graph-error.ts";
import type { ExchangeIds } from "./graph-error.ts";
import { findMailbox } from "./mailbox.ts";
import { accessDenied, carries, isOfDirectory, requirePermission } from "./permissions.ts";
import { findRoute } from "./routes.ts";
import type { Route, RouteMatch } from "./routes.ts";
import type { GraphSettings } from "./settings.ts";
import type { GraphState, MailboxState } from "./state.ts";
import type { Throttle } from "./throttle.ts";

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
interface Admission extends RouteMatch {
  caller: TokenClaims;
  mailbox: MailboxState;
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
  if (caller.account === undefined && match.parameters["user"] === undefined) {
    throw badRequest("/me request is only valid with delegated authentication flow.");
  }
  requirePermission(caller, match.route.operation);
  const mailbox = mailboxFor(service, caller, match);
  return { ...match, caller, mailbox, leave: enter(service, caller, mailbox, match.route) };
}

/** A user reaches the own mailbox only: nobody here has shared one. */
function mailboxFor(service: Service, caller: TokenClaims, { route, parameters }: RouteMatch): MailboxState {
  const state = service.state.value;
  const own = caller.account === undefined ? undefined : findMailbox(state, caller.account);
  const user = parameters["user"];
  const mailbox = user === undefined ? own : findMailbox(state, user);
  if (!mailbox) {
    const name = user ?? caller.account ?? "";
    throw route.operation === "readUser"
      ? new GraphError(
          404,
          "Request_ResourceNotFound",
          `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
        )
      : new GraphError(404, "ErrorInvalidUser", `The requested user '${name}' is invalid.`);
  }
  if (caller.account !== undefined && mailbox !== own) throw accessDenied();
  return mailbox;
}

/** Requests of the directory do not count against a mailbox. */
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
  const { caller, mailbox, parameters, route } = admission;
  const call: Call = {
    ...request,
    caller,
    mailbox,
    parameters,
    root: `${service.url()}/v1.0`,
    now: service.now(),
    largestPage: service.settings.largestPage,
    may: (permission) => carries(caller, permission),
  };
  const answer = await route.handle(call, service.state.value, service.settings);
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
