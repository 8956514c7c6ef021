import { createHash } from "node:crypto";
import type { EmulatorAnswer, EmulatorRequest } from "../exchange.ts";
import type { PersonSeed } from "./directory.ts";
import { refused } from "./failures.ts";
import type { WebexService } from "./service.ts";
import { isAlive } from "./token.ts";

/** Any one of them. @see https://developer.webex.com/docs/api/v1/people */
const SCOPES = new Set(["spark:people_read", "spark-admin:people_read", "spark:all"]);

/** Whose token it is. @see https://developer.webex.com/docs/api/v1/people/get-my-own-details */
export function answerMe(service: WebexService, { headers }: EmulatorRequest): EmulatorAnswer {
  const token =
    service.state.value.accessTokens[/^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? ""];
  const person = token && isAlive(token, service) ? service.directory.person(token.email) : undefined;
  if (!token || !person) {
    return refused(401, "The request requires a valid access token set in the Authorization request header.");
  }
  if (!token.scopes.some((scope) => SCOPES.has(scope))) {
    return refused(403, "The request is understood, but it has been refused or access is not allowed.");
  }
  return { status: 200, body: resourceOf(person, service.state.value.organization) };
}

function resourceOf({ email, displayName }: PersonSeed, organization: string): object {
  return {
    id: publicId("PEOPLE", uuidOf(email)),
    emails: [email],
    displayName,
    orgId: publicId("ORGANIZATION", organization),
    type: "person",
  };
}

/** The ids of the public API are the internal ones in a wrapping of base64. */
function publicId(kind: string, id: string): string {
  return Buffer.from(`ciscospark://us/${kind}/${id}`).toString("base64url");
}

/** The same for an address each time. */
function uuidOf(email: string): string {
  const digest = createHash("sha256").update(email.toLowerCase()).digest("hex");
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}
