import { startEmulator } from "./emulator.ts";
import type { Emulator, EmulatorAnswer, EmulatorOptions, EmulatorRequest } from "./emulator.ts";
import { openState } from "./state.ts";
import { answerAuthorize } from "./webex-login/authorize.ts";
import { answerWebexControl, webexControls } from "./webex-login/controls.ts";
import type { WebexControls } from "./webex-login/controls.ts";
import { Directory } from "./webex-login/directory.ts";
import type { WebexSeed } from "./webex-login/directory.ts";
import { refused } from "./webex-login/failures.ts";
import { emptyMemory } from "./webex-login/memory.ts";
import { answerMe } from "./webex-login/people.ts";
import type { RefreshTokens, WebexService } from "./webex-login/service.ts";
import { answerToken } from "./webex-login/token.ts";

export interface WebexLoginOptions extends EmulatorOptions, WebexSeed {
  /** Codes and tokens are kept here over a restart; in memory unless given. */
  stateFile?: string;
  /** What becomes of a refresh token when it is used; "rotate" unless given. */
  refreshTokens?: RefreshTokens;
}

export interface WebexLogin extends Emulator, WebexControls {
  /** The base of the API, and what WEBEX_URL is set to: ends in /v1. */
  apiUrl: string;
}

/**
 * Webex, as far as signing in goes: authorization code with PKCE, refresh tokens, and whose token it is.
 * @see https://developer.webex.com/docs/integrations
 */
export async function startWebexLogin(options: WebexLoginOptions): Promise<WebexLogin> {
  const service: WebexService = {
    now: () => options.clock?.now() ?? new Date(),
    directory: new Directory(options),
    state: openState(options.stateFile, emptyMemory),
    refreshTokens: options.refreshTokens ?? "rotate",
  };
  const controls = webexControls(service);
  const emulator = await startEmulator(
    "webex",
    { ...options, host: options.host ?? "webex.localhost" },
    (request) =>
      request.path.startsWith("/_control/") ? answerWebexControl(controls, request) : route(service, request),
  );
  return { ...emulator, ...controls, apiUrl: `${emulator.url}/v1` };
}

function route(service: WebexService, request: EmulatorRequest): EmulatorAnswer | Promise<EmulatorAnswer> {
  switch (`${request.method} ${request.path}`) {
    case "GET /v1/authorize":
    case "POST /v1/authorize":
      return answerAuthorize(service, request);
    case "POST /v1/access_token":
      return answerToken(service, request);
    case "GET /v1/people/me":
      return answerMe(service, request);
    default:
      return refused(404, "The requested resource could not be found.");
  }
}
