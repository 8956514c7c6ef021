import { readToken } from "./access-token.ts";
import type { TokenClaims } from "./access-token.ts";
import { startEmulator } from "./emulator.ts";
import type { Emulator, EmulatorAnswer, EmulatorOptions, EmulatorRequest } from "./emulator.ts";
import { answerAuthorize } from "./microsoft-login/authorize.ts";
import { answerNamedControl } from "./control.ts";
import { loginControls } from "./microsoft-login/controls.ts";
import type { LoginControls } from "./microsoft-login/controls.ts";
import { Directory } from "./microsoft-login/directory.ts";
import type { DirectorySeed } from "./microsoft-login/directory.ts";
import { LoginFailure } from "./microsoft-login/failures.ts";
import { openidConfiguration, publicKeys } from "./microsoft-login/identity-token.ts";
import { emptyMemory } from "./microsoft-login/memory.ts";
import type { LoginService } from "./microsoft-login/service.ts";
import { answerToken } from "./microsoft-login/token.ts";
import { openState } from "./state.ts";

export interface MicrosoftLoginOptions extends EmulatorOptions, DirectorySeed {
  /** Grants, consents and keys are kept here over a restart; in memory unless given. */
  stateFile?: string;
}

export interface MicrosoftLogin extends Emulator, LoginControls {
  /** What signs access tokens: for an emulator that issues or checks them. */
  tokenKey: string;
  /** What an access token of this service says; undefined when it is none. */
  readToken(token: string): TokenClaims | undefined;
}

/** Microsoft draws 60 to 90 minutes; the shortest is the one to be ready for. */
const ACCESS_TOKEN_SECONDS = 3599;

/**
 * Microsoft's sign-in service: authorization code with PKCE, refresh tokens, client credentials, for personal and work
 * accounts.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-protocols
 */
export async function startMicrosoftLogin(options: MicrosoftLoginOptions): Promise<MicrosoftLogin> {
  const state = openState(options.stateFile, emptyMemory);
  let url = "";
  const service: LoginService = {
    url: () => url,
    now: () => options.clock?.now() ?? new Date(),
    directory: new Directory(options),
    state,
    accessTokenSeconds: ACCESS_TOKEN_SECONDS,
  };
  const controls = loginControls(service);
  const emulator = await startEmulator("microsoft-login", options, (request) =>
    request.path.startsWith("/_control/") ? answerNamedControl(controls, request) : route(service, request),
  );
  url = emulator.url;
  const { tokenKey } = state.value;
  // The key must outlive this process, or every token in a client's cache is refused after a restart.
  await state.save();
  return { ...emulator, ...controls, tokenKey, readToken: (token) => readToken(token, tokenKey) };
}

function route(service: LoginService, request: EmulatorRequest): EmulatorAnswer | Promise<EmulatorAnswer> {
  const [, segment = "", ...rest] = request.path.split("/");
  switch (`${request.method} ${rest.join("/")}`) {
    case "GET oauth2/v2.0/authorize":
    case "POST oauth2/v2.0/authorize":
      return answerAuthorize(service, segment, request);
    case "POST oauth2/v2.0/token":
      return answerToken(service, segment, request);
    case "GET v2.0/.well-known/openid-configuration":
      return answerMetadata(service, segment);
    case "GET discovery/v2.0/keys":
      return { status: 200, body: publicKeys(service) };
    default:
      return { status: 404 };
  }
}

function answerMetadata(service: LoginService, segment: string): EmulatorAnswer {
  try {
    const authority = service.directory.authority(segment);
    return { status: 200, body: openidConfiguration(service, segment, authority) };
  } catch (error) {
    if (!(error instanceof LoginFailure)) throw error;
    return { status: error.status, body: error.body(service.now()) };
  }
}
