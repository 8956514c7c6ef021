import type { TokenClaims } from "./access-token.ts";
import { startEmulator } from "./emulator.ts";
import type { Emulator, EmulatorAnswer, EmulatorOptions, EmulatorRequest } from "./emulator.ts";
import type { SecretInput } from "./key-vault/secret-input.ts";
import { Vault } from "./key-vault/secrets.ts";
import type { Secrets } from "./key-vault/secrets.ts";
import { VaultError, badParameter } from "./key-vault/vault-error.ts";
import { openState } from "./state.ts";

export interface KeyVaultOptions extends EmulatorOptions {
  /** Where its challenge sends clients for a token, such as the url of the login emulator. */
  loginUrl: string;
  tenant: string;
  /** Reads a bearer token, as the login emulator does. */
  readToken: (token: string) => TokenClaims | undefined;
  /** The audience of tokens; a client insists that the vault's host name ends in this one's. */
  resource?: string;
  /** Secrets are kept here over a restart; in memory unless given. */
  stateFile?: string;
}

interface Caller {
  vault: Vault;
  request: EmulatorRequest;
}

const MAX_RESULTS = 25;

/**
 * One Azure Key Vault, as far as secrets go.
 * @param options.host  rollcall.vault.localhost unless given
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups
 */
export async function startKeyVault(options: KeyVaultOptions): Promise<Emulator> {
  const state = openState<Secrets>(options.stateFile, () => ({}));
  const now = (): Date => options.clock?.now() ?? new Date();
  let url = "";
  const vault = new Vault(state.value, now, () => url);
  const emulator = await startEmulator(
    "key-vault",
    { ...options, host: options.host ?? "rollcall.vault.localhost" },
    async (request) => {
      const refused = refusal(options, request, now());
      if (refused) return refused;
      try {
        checkApiVersion(request.query.get("api-version"));
        const answer = route({ vault, request });
        if (request.method !== "GET") await state.save();
        return answer;
      } catch (error) {
        if (error instanceof VaultError) return error.answer();
        throw error;
      }
    },
  );
  url = emulator.url;
  return emulator;
}

/** The challenge that tells a client where to get which token; it comes before anything is looked at. */
function refusal(options: KeyVaultOptions, request: EmulatorRequest, now: Date): EmulatorAnswer | undefined {
  const { loginUrl, tenant, resource = "https://vault.localhost", readToken } = options;
  const [scheme, token = ""] = request.headers.authorization?.split(" ") ?? [];
  const problem =
    scheme?.toLowerCase() === "bearer"
      ? problemWith(readToken(token), resource, now)
      : "AKV10000: Request is missing a Bearer or PoP token.";
  if (problem === undefined) return undefined;
  return new VaultError(401, "Unauthorized", problem).answer({
    "www-authenticate": `Bearer authorization="${loginUrl}/${tenant}", resource="${resource}"`,
  });
}

function problemWith(claims: TokenClaims | undefined, resource: string, now: Date): string | undefined {
  if (!claims) return "AKV10046: Unable to resolve the key used for signature validation.";
  if (claims.audience !== resource) {
    return `AKV10022: Invalid audience. Expected ${resource}, found: ${claims.audience}.`;
  }
  if (claims.expiresAt <= now) return "[TokenExpired] Error validating token: IDX10223.";
  return undefined;
}

/** Versions were numbers such as 7.4, and are dates since 2025. */
function checkApiVersion(version: string | null): void {
  if (version === null) throw badParameter("api-version must be specified");
  if (!/^(7\.\d|\d{4}-\d{2}-\d{2}(-preview\.\d+)?)$/.test(version)) {
    throw badParameter(`The specified api-version (${version}) is not supported.`);
  }
}

function route(caller: Caller): EmulatorAnswer {
  const { vault, request } = caller;
  const [, collection, name, third] = request.path.split("/").map(decodeURIComponent);
  if (collection === "secrets" && !name) return only(request, "GET", () => page(request, vault.list()));
  if (collection === "secrets" && name) return routeSecret(caller, name, third || undefined);
  if (collection === "deletedsecrets" && !name) {
    return only(request, "GET", () => page(request, vault.listDeleted()));
  }
  if (collection === "deletedsecrets" && name) return routeDeleted(caller, name, third);
  throw new VaultError(404, "NotFound", "The requested resource was not found.");
}

function routeSecret({ vault, request }: Caller, name: string, version: string | undefined): EmulatorAnswer {
  switch (request.method) {
    case "GET":
      return version === "versions"
        ? page(request, vault.listVersions(name))
        : { status: 200, body: vault.get(name, version) };
    case "PUT":
      return { status: 200, body: vault.set(name, inputOf(request)) };
    case "PATCH":
      return { status: 200, body: vault.update(name, version, inputOf(request)) };
    case "DELETE":
      return { status: 200, body: vault.delete(name) };
    default:
      throw notAllowed(request.method);
  }
}

function routeDeleted({ vault, request }: Caller, name: string, action: string | undefined): EmulatorAnswer {
  if (action === "recover") return only(request, "POST", () => ({ status: 200, body: vault.recover(name) }));
  if (request.method === "GET") return { status: 200, body: vault.getDeleted(name) };
  return only(request, "DELETE", () => {
    vault.purge(name);
    return { status: 204 };
  });
}

function only(request: EmulatorRequest, method: string, answer: () => EmulatorAnswer): EmulatorAnswer {
  if (request.method !== method) throw notAllowed(request.method);
  return answer();
}

function notAllowed(method: string): VaultError {
  return new VaultError(405, "MethodNotAllowed", `The method ${method} is not allowed here.`);
}

function inputOf(request: EmulatorRequest): SecretInput {
  try {
    return request.json() as SecretInput;
  } catch {
    throw badParameter("The request body is not JSON.");
  }
}

/** At most 25 items at a time; `nextLink` goes on where a page ends. */
function page(request: EmulatorRequest, items: object[]): EmulatorAnswer {
  const size = Number(request.query.get("maxresults") ?? MAX_RESULTS);
  if (!Number.isInteger(size) || size < 1 || size > MAX_RESULTS) {
    throw badParameter(`maxresults is a number from 1 to ${MAX_RESULTS}.`);
  }
  const start = Number(request.query.get("$skiptoken") ?? 0);
  const next = new URL(request.url);
  next.searchParams.set("$skiptoken", String(start + size));
  return {
    status: 200,
    body: {
      value: items.slice(start, start + size),
      nextLink: start + size < items.length ? next.href : null,
    },
  };
}
