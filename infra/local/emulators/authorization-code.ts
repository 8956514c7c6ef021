import { createHash } from "node:crypto";
import type { EmulatorAnswer } from "./exchange.ts";

/** What both sign-in services do alike, since OAuth says so. */

/** @see https://www.rfc-editor.org/rfc/rfc7636#section-4.2 */
export interface CodeChallenge {
  method: "plain" | "S256";
  value: string;
}

/** Whether a verifier proves the challenge that came with the authorize request; without one there is nothing to prove. */
export function verifies(challenge: CodeChallenge | undefined, verifier: string | null): boolean {
  if (!challenge) return true;
  if (verifier === null) return false;
  const { method, value } = challenge;
  return (
    value === (method === "plain" ? verifier : createHash("sha256").update(verifier).digest("base64url"))
  );
}

/**
 * The way back to the client, with its `state`.
 * @param query  of the authorize request
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
 */
export function redirectToClient(
  redirectUri: string,
  query: URLSearchParams,
  parameters: Record<string, string>,
): EmulatorAnswer {
  const location = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
  const state = query.get("state");
  if (state !== null) location.searchParams.set("state", state);
  return { status: 302, headers: { location: location.href, "cache-control": "no-store" } };
}
