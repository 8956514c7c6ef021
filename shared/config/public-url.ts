import * as z from "zod";
import { isPrivate } from "./private-url.ts";
import { type Environment, parseSettings } from "./settings.ts";

const LOCAL = "http://localhost:7071";

const Settings = z
  .object({
    PUBLIC_URL: z
      .string()
      .refine(isSafe, "must be an https URL without a query or a user; http is for localhost only")
      .optional(),
    WEBSITE_HOSTNAME: z.string().optional(),
  })
  .transform(({ PUBLIC_URL, WEBSITE_HOSTNAME }) => {
    const url = PUBLIC_URL ?? (WEBSITE_HOSTNAME ? `https://${WEBSITE_HOSTNAME}` : LOCAL);
    // As a browser would write it: providers compare redirect URIs letter by letter.
    const { origin, pathname } = new URL(url);
    return origin + pathname.replace(/\/+$/u, "");
  });

/**
 * Where people reach the app: the base of every link and redirect URI, without a slash at its end. It comes from the
 * settings and never from a request, whose Host header anybody may write.
 * @throws {SettingsError} PUBLIC_URL is wrong
 */
export function publicUrlFrom(env: Environment): string {
  return parseSettings(env, Settings);
}

function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isBare = [url.username, url.password, url.search, url.hash].every((part) => part === "");
  return isBare && isPrivate(url);
}
