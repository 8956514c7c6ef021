import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { issueToken } from "./access-token.ts";
import type { EmulatorAnswer, EmulatorRequest } from "./exchange.ts";
import { closeServer, listen, readRequest, send } from "./http-exchange.ts";

export interface ManagedIdentityOptions {
  /** The key of the login emulator: in the cloud both are Microsoft Entra. */
  tokenKey: string;
  tenant: string;
  /** The client id of the app's identity. */
  clientId: string;
  /** Application permissions it has been granted. */
  roles?: string[];
  port?: number;
  clock?: { now(): Date };
}

export interface ManagedIdentity {
  /** What the platform sets for an app with a managed identity: IDENTITY_ENDPOINT and IDENTITY_HEADER. */
  environment: Record<"IDENTITY_ENDPOINT" | "IDENTITY_HEADER", string>;
  close(): Promise<void>;
}

const TOKEN_SECONDS = 24 * 60 * 60;

/**
 * The token endpoint App Service and Functions give each app: plain http on loopback, guarded by a secret header.
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export async function startManagedIdentity(options: ManagedIdentityOptions): Promise<ManagedIdentity> {
  const header = randomBytes(16).toString("hex");
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      console.error("managed-identity emulator: a request could not be answered", error);
      outgoing.destroy();
    });
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await readRequest(incoming, "http://localhost");
    if (request) send(outgoing, answer(options, header, request));
  }

  const port = await listen(server, options.port ?? 0);
  return {
    environment: { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`, IDENTITY_HEADER: header },
    close: () => closeServer(server),
  };
}

function answer(options: ManagedIdentityOptions, header: string, request: EmulatorRequest): EmulatorAnswer {
  if (request.method !== "GET" || request.path !== "/msi/token") return { status: 404 };
  if (request.headers["x-identity-header"] !== header) return refused(401, "The X-IDENTITY-HEADER is wrong.");
  if (request.query.get("api-version") !== "2019-08-01")
    return refused(400, "The api-version is 2019-08-01.");
  const resource = request.query.get("resource");
  if (resource === null) return refused(400, "The parameter resource is missing.");
  const expiresAt = new Date((options.clock?.now() ?? new Date()).getTime() + TOKEN_SECONDS * 1000);
  const { tokenKey, tenant, clientId, roles = [] } = options;
  return {
    status: 200,
    body: {
      access_token: issueToken(
        { audience: resource, scopes: [], roles, tenant, clientId, expiresAt },
        tokenKey,
      ),
      client_id: clientId,
      expires_on: String(Math.floor(expiresAt.getTime() / 1000)),
      resource,
      token_type: "Bearer",
    },
  };
}

function refused(statusCode: number, message: string): EmulatorAnswer {
  return { status: statusCode, body: { statusCode, message } };
}
