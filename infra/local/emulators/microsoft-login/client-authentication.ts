import type { IncomingHttpHeaders } from "node:http";
import type { Authority, ClientSeed } from "./directory.ts";
import { LoginFailure } from "./failures.ts";
import type { LoginService } from "./service.ts";

/**
 * Who is asking: the secret is in the form or in a Basic header.
 * @throws {LoginFailure} 700016, 7000218, 7000215, 7000222, 700025
 */
export function authenticateClient(
  service: LoginService,
  authority: Authority,
  form: URLSearchParams,
  headers: IncomingHttpHeaders,
): ClientSeed {
  const basic = basicCredentials(headers.authorization);
  const client = service.directory.client(basic?.id ?? form.get("client_id"), authority);
  const secret = basic?.secret ?? form.get("client_secret");
  if (client.secrets.length === 0) {
    if (secret !== null) throw new LoginFailure(700025);
    return client;
  }
  if (secret === null) throw new LoginFailure(7000218);
  const known = client.secrets.find(({ value }) => value === secret);
  if (!known) throw new LoginFailure(7000215, { clientId: client.id });
  if (known.expiresAt && known.expiresAt <= service.now()) {
    throw new LoginFailure(7000222, { clientId: client.id });
  }
  return client;
}

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1: both halves are form-encoded before they are joined */
function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  const [scheme, encoded] = header?.split(" ") ?? [];
  if (scheme?.toLowerCase() !== "basic" || encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return { id: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
}

function formDecode(text: string): string {
  return new URLSearchParams(`value=${text}`).get("value") ?? "";
}
