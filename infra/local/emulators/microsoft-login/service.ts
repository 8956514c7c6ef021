import type { State } from "../state.ts";
import type { AccountSeed, ClientSeed, Directory } from "./directory.ts";
import { LoginFailure } from "./failures.ts";
import { consentKey } from "./memory.ts";
import type { Memory } from "./memory.ts";
import { consentWords } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** What every route of the service works with. */
export interface LoginService {
  /** Such as https://localhost:4433. */
  url: () => string;
  now: () => Date;
  directory: Directory;
  state: State<Memory>;
  /** How long access tokens live. */
  accessTokenSeconds: number;
}

/** The permissions of this scope that the account has not yet allowed the client. */
export function missingConsent(
  { state }: LoginService,
  client: ClientSeed,
  account: AccountSeed,
  scope: Scope,
): string[] {
  const granted = state.value.consents[consentKey(client.id, account.userPrincipalName)] ?? [];
  return consentWords(scope).filter((word) => !granted.includes(word));
}

/** The account allows the client this scope, beside what it has allowed before. */
export function allow(service: LoginService, client: ClientSeed, account: AccountSeed, scope: Scope): void {
  const { consents } = service.state.value;
  const key = consentKey(client.id, account.userPrincipalName);
  consents[key] = [...(consents[key] ?? []), ...missingConsent(service, client, account, scope)];
}

/** `/.default` stands for what the client is registered for. */
export function expandDefault(client: ClientSeed, scope: Scope): Scope {
  if (!scope.permissions.includes(".default")) return scope;
  return { ...scope, permissions: client.permissions ?? [] };
}

/** @throws {LoginFailure} 50057, 53003: the account may not have tokens now */
export function checkAccount({ state }: LoginService, account: AccountSeed): void {
  const standing = state.value.accounts[account.userPrincipalName.toLowerCase()];
  if (standing === "disabled") throw new LoginFailure(50057);
  if (standing === "blocked") throw new LoginFailure(53003);
}
