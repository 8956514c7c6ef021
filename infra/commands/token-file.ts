import { z } from "zod";
import { InputError } from "./run-command.ts";

const filled = z
  .string("is missing")
  .min(1, "is empty")
  .regex(/^[^<]/, "is still the placeholder of the example");

/** The file a person made by hand from the token endpoint's answer; `token` and `scopes` are not needed. */
const TokenFile = z.object({
  refresh_token: filled,
  client_id: filled,
  client_secret: filled,
  token_uri: z.url({ protocol: /^https$/, error: "is not an https address" }).optional(),
  tenant_id: z.string("is not a text").optional(),
});
export type TokenFile = z.infer<typeof TokenFile>;

/**
 * @param file  for messages
 * @throws {InputError} names every field that is missing or wrong, never its value
 */
export function readTokenFile(file: string, content: string): TokenFile {
  const parsed = TokenFile.safeParse(jsonOrUndefined(content));
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `  ${path.join(".")} ${message}` : "  it is not a JSON object",
  );
  throw new InputError(`Nothing was stored. ${file} is not a token file:\n${mistakes.join("\n")}`);
}

const PUBLIC_CLOUD = "https://login.microsoftonline.com";
/** @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#payload-claims (tid) */
const PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad";

/** The settings that go with the secrets, and what a reader of the file may wonder about. */
export function settingsOf(token: TokenFile): { settings: Record<string, string>; note?: string } {
  const uri = new URL(token.token_uri ?? `${PUBLIC_CLOUD}/common`);
  const tenant = uri.pathname.split("/")[1] || "common";
  const settings = {
    MICROSOFT_CLIENT_ID: token.client_id,
    MICROSOFT_TENANT: tenant,
    ...(uri.origin === PUBLIC_CLOUD ? {} : { MICROSOFT_LOGIN_URL: uri.origin }),
  };
  if (token.tenant_id !== PERSONAL_ACCOUNTS) return { settings };
  return {
    settings,
    note: `The file's tenant_id, ${PERSONAL_ACCOUNTS}, is the tenant of all personal Microsoft accounts, not the one the app is registered in. Leave MICROSOFT_TENANT at ${tenant}.`,
  };
}

function jsonOrUndefined(text: string): unknown {
  try {
    // Editors on Windows begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, "")) as unknown;
  } catch {
    return undefined;
  }
}
