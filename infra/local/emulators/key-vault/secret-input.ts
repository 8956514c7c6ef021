import { badParameter } from "./vault-error.ts";

/** What a client may state about a version. Times are seconds since 1970. */
export interface SecretInput {
  value?: string;
  contentType?: string;
  tags?: Record<string, string>;
  attributes?: { enabled?: boolean; exp?: number; nbf?: number };
}

const MAX_VALUE_BYTES = 25_600;
const MAX_TAGS = 15;
const MAX_TAG_LENGTH = 256;
const MAX_CONTENT_TYPE = 255;

/** @throws {VaultError} 400 the name is not 1 to 127 letters, digits and hyphens */
export function checkName(name: string): void {
  if (!/^[0-9a-zA-Z-]{1,127}$/.test(name)) {
    throw badParameter(`The request URI contains an invalid name: ${name}`);
  }
}

/**
 * @throws {VaultError} 400 a limit is passed
 * @see https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
 */
export function checkInput(input: SecretInput): void {
  if (Buffer.byteLength(input.value ?? "") > MAX_VALUE_BYTES) {
    throw badParameter(`The secret value is larger than ${MAX_VALUE_BYTES} bytes.`);
  }
  if ((input.contentType ?? "").length > MAX_CONTENT_TYPE) {
    throw badParameter(`The content type is longer than ${MAX_CONTENT_TYPE} characters.`);
  }
  const tags = Object.entries(input.tags ?? {});
  if (tags.length > MAX_TAGS) throw badParameter(`There are more than ${MAX_TAGS} tags.`);
  for (const [name, value] of tags) {
    if (typeof value !== "string" || Math.max(name.length, value.length) > MAX_TAG_LENGTH) {
      throw badParameter(`The tag ${name} is no text of at most ${MAX_TAG_LENGTH} characters.`);
    }
  }
  for (const time of [input.attributes?.exp, input.attributes?.nbf]) {
    if (time !== undefined && !Number.isInteger(time)) {
      throw badParameter("exp and nbf are whole seconds since 1970.");
    }
  }
}
