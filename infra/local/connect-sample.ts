import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { SAMPLE_ACCOUNT } from "./samples/mailbox.ts";
import { CLIENT_ID, CLIENT_SECRET } from "./samples/directory.ts";
import { signIn } from "./sign-in.ts";

const SCOPES = ["offline_access", "User.Read", "Calendars.ReadWrite", "Contacts.Read", "Mail.Send"];

/**
 * Does by program what the owner of an account does by hand for a token file: opens the authorize page, signs in, accepts,
 * and redeems the code. The file is what `npm run secrets:import` reads.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 */
export async function writeTokenFile(
  file: string,
  services: { loginUrl: string; publicUrl: string },
): Promise<void> {
  const verifier = randomBytes(32).toString("base64url");
  const endpoint = `${services.loginUrl}/common/oauth2/v2.0`;
  const client = { client_id: CLIENT_ID, redirect_uri: `${services.publicUrl}/api/oauth/microsoft/callback` };
  const question = new URLSearchParams({
    ...client,
    response_type: "code",
    response_mode: "query",
    scope: SCOPES.join(" "),
    state: "sample",
    prompt: "select_account",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const landing = new URL(await signIn(`${endpoint}/authorize?${question.toString()}`, SAMPLE_ACCOUNT));
  const answer = await fetch(`${endpoint}/token`, {
    method: "POST",
    body: new URLSearchParams({
      ...client,
      grant_type: "authorization_code",
      code: landing.searchParams.get("code") ?? "",
      code_verifier: verifier,
      client_secret: CLIENT_SECRET,
    }),
  });
  if (!answer.ok) throw new Error(`The login emulator gave no token: ${await answer.text()}`);
  const tokens = (await answer.json()) as { access_token: string; refresh_token: string };
  const content = {
    token: tokens.access_token,
    refresh_token: tokens.refresh_token,
    token_uri: `${services.loginUrl}/common`,
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    tenant_id: "9188040d-6c67-4c5b-b112-36a304b66dad",
    scopes: SCOPES.slice(1),
  };
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}
