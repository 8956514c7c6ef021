import { startEmulator } from "../emulator.ts";
import type { Emulator, EmulatorAnswer, EmulatorOptions, EmulatorRequest } from "../emulator.ts";
import { openState } from "../state.ts";
import { answerAuthorize } from "../webex-login/authorize.ts";
import { webexControls } from "../webex-login/controls.ts";
import type { WebexControls } from "../webex-login/controls.ts";
import { Directory } from "../webex-login/directory.ts";
import type { RefreshTokens } from "../webex-login/service.ts";
import { answerToken } from "../webex-login/token.ts";
import { answerControl, messagingControls } from "./controls.ts";
import type { MessagingControls } from "./controls.ts";
import { People } from "./people.ts";
import type { Person } from "./people.ts";
import { RateLimiter } from "./rate-limiter.ts";
import type { WebexSeed } from "./seed.ts";
import { answerApi } from "./service.ts";
import type { ApiService } from "./service.ts";
import { defaultSettings } from "./settings.ts";
import type { WebexSettings } from "./settings.ts";
import { Spaces } from "./spaces.ts";
import { emptyState } from "./state.ts";
import type { WebexState } from "./state.ts";

export interface WebexOptions extends EmulatorOptions, WebexSeed {
  /**
   * Tokens, spaces, and what became of the people are kept here over a restart; in memory unless given. The rooms of the
   * seed are for a new state only.
   */
  stateFile?: string;
  /** What becomes of a refresh token when it is used; "rotate" unless given. */
  refreshTokens?: RefreshTokens;
  settings?: Partial<WebexSettings>;
}

export interface Webex extends Emulator, WebexControls, MessagingControls {
  /** The base of the API, and what WEBEX_URL is set to: ends in /v1. */
  apiUrl: string;
}

/**
 * Webex: signing in (authorization code with PKCE, refresh tokens), the directory, and spaces with their members. What
 * it answers is documented, or has been seen in the field, at the addresses in these files; where neither was found, a
 * comment says so.
 * @see https://developer.webex.com/docs/integrations
 * @see https://developer.webex.com/docs/basics
 */
export async function startWebex(options: WebexOptions): Promise<Webex> {
  const service = open(options, () => emulator.url);
  const sessions = webexControls(service.login);
  const messaging = messagingControls(service);
  const emulator = await startEmulator(
    "webex",
    { ...options, host: options.host ?? "webex.localhost" },
    (request, latency) =>
      request.path.startsWith("/_control/")
        ? answerControl(sessions, messaging, request)
        : route(service, request, latency),
    // What is under way is counted while the latency passes, so the base must not let it pass before.
    "by-handler",
  );
  return { ...emulator, ...sessions, ...messaging, apiUrl: `${emulator.url}/v1` };
}

function open(options: WebexOptions, url: () => string): ApiService {
  const now = (): Date => options.clock?.now() ?? new Date();
  const state = openState(options.stateFile, () => stateOf(options, now));
  const people = new People(options.people, options.crowd, state.value.people);
  const spaces = new Spaces(state.value.spaces);
  const accounts = {
    listed: () => [...people.outsideCrowd()].filter(canSignIn),
    byEmail: people.byEmail.bind(people),
  };
  return {
    url,
    login: {
      now,
      directory: new Directory(accounts, options.integrations),
      state,
      refreshTokens: options.refreshTokens ?? "rotate",
    },
    people,
    spaces,
    settings: { ...defaultSettings(), ...options.settings },
    limiter: new RateLimiter(),
    counts: { requests: 0, throttled: 0, inFlight: 0, maxInFlight: 0 },
    changes: [],
    organization: { uuid: state.value.organization, displayName: options.organization ?? "Example" },
    save: () => state.save(),
  };
}

function stateOf({ people, crowd, rooms = [] }: WebexSeed, now: () => Date): WebexState {
  const state = emptyState();
  const everybody = new People(people, crowd, state.people);
  const spaces = new Spaces(state.spaces);
  for (const seed of rooms) spaces.add(seed, everybody, now());
  return state;
}

function canSignIn({ type = "person", loginEnabled = true, invitePending = false }: Person): boolean {
  return type === "person" && loginEnabled && !invitePending;
}

async function route(
  service: ApiService,
  request: EmulatorRequest,
  latency: () => Promise<void>,
): Promise<EmulatorAnswer> {
  switch (`${request.method} ${request.path}`) {
    case "GET /v1/authorize":
    case "POST /v1/authorize":
      await latency();
      return answerAuthorize(service.login, request);
    case "POST /v1/access_token":
      await latency();
      return answerToken(service.login, request);
    default:
      return answerApi(service, request, latency);
  }
}
