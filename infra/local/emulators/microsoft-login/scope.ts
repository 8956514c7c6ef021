import { LoginFailure } from "./failures.ts";

/** A scope parameter, taken apart. */
export interface Scope {
  /** openid, profile, email, offline_access: not a resource's. */
  identity: string[];
  /** What the permissions belong to; Microsoft Graph when they have no prefix. */
  resource: string;
  /** Without the resource, such as Mail.Send. */
  permissions: string[];
}

const IDENTITY_SCOPES = new Set(["openid", "profile", "email", "offline_access"]);
const GRAPH = "https://graph.microsoft.com";

/**
 * A token is for one resource, so a scope names the permissions of one.
 * @throws {LoginFailure} 900144 missing, 28000 more than one resource
 * @see https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function parseScope(text: string | null): Scope {
  const words = (text ?? "").split(" ").filter(Boolean);
  if (words.length === 0) throw new LoginFailure(900144, { parameter: "scope" });
  const scope: Scope = { identity: [], resource: "", permissions: [] };
  for (const word of words) {
    if (IDENTITY_SCOPES.has(word.toLowerCase())) {
      scope.identity.push(word.toLowerCase());
      continue;
    }
    const { resource, permission } = split(word);
    if (scope.resource !== "" && scope.resource !== resource) {
      throw new LoginFailure(28000, { scope: words.join(" ") });
    }
    scope.resource = resource;
    scope.permissions.push(permission);
  }
  if (scope.resource === "") scope.resource = GRAPH;
  return scope;
}

/** As the token endpoint states it: permissions as Graph names them, others with their resource. */
export function formatScope({ identity, resource, permissions }: Scope): string {
  const prefix = resource === GRAPH ? "" : `${resource}/`;
  const shown = identity.filter((name) => name !== "offline_access");
  return [...permissions.map((permission) => prefix + permission), ...shown].join(" ");
}

/** One word per permission, in the form in which consent is remembered. */
export function consentWords({ resource, permissions }: Scope): string[] {
  return permissions.map((permission) => `${resource}/${permission}`.toLowerCase());
}

function split(word: string): { resource: string; permission: string } {
  if (!word.includes("://")) return { resource: GRAPH, permission: word };
  const slash = word.lastIndexOf("/");
  // A resource that ends in a slash is asked for as `https://vault.example//.default`.
  return { resource: word.slice(0, slash).replace(/\/+$/, ""), permission: word.slice(slash + 1) };
}
