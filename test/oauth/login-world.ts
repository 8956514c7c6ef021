import { fileURLToPath } from "node:url";
import { after } from "node:test";
import { setImmediate } from "node:timers/promises";
import { startMicrosoftLogin, type MicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { ensureCertificates } from "../../infra/local/tls.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";

export const CLIENT_ID = "11111111-2222-3333-4444-555555555555";
export const CLIENT_SECRET = "the-client-secret";
export const ACCOUNT = "coach@outlook.example";
export const OTHER_ACCOUNT = "mentor@outlook.example";
export const SCOPES = ["offline_access", "User.Read", "Calendars.ReadWrite", "Contacts.Read", "Mail.Send"];

const { certificate } = await ensureCertificates(fileURLToPath(new URL("../../.local/tls", import.meta.url)));
const logins: MicrosoftLogin[] = [];
after(() => Promise.all(logins.map((login) => login.close())));

export interface LoginWorld {
  login: MicrosoftLogin;
  clock: FakeClock;
  /** A refresh token the account has just consented to. */
  refreshToken: string;
  /** Requests to the token endpoint so far. */
  requests: () => number;
  /** Resolves when so many have arrived. */
  arrived: (count: number) => Promise<void>;
}

/** Microsoft's login service with one app and a personal account that has consented; pauses between tries pass at once. */
export async function aLogin(): Promise<LoginWorld> {
  const clock = fakeClock("2026-11-03T04:00:00Z", { auto: 8000 });
  const login = await startMicrosoftLogin({
    certificate,
    clock,
    tenants: [{ id: "aaaaaaaa-0000-0000-0000-000000000000", domain: "contoso.onmicrosoft.com" }],
    accounts: [ACCOUNT, OTHER_ACCOUNT].map((userPrincipalName) => ({
      userPrincipalName,
      displayName: "Somebody",
      tenant: "9188040d-6c67-4c5b-b112-36a304b66dad",
    })),
    clients: [{ id: CLIENT_ID, name: "Rollcall", secrets: [{ value: CLIENT_SECRET }], redirectUris: [] }],
  });
  logins.push(login);
  const refreshToken = await login.grant(CLIENT_ID, ACCOUNT, SCOPES.join(" "));
  return {
    login,
    clock,
    refreshToken,
    requests: () => login.exchanges.length,
    async arrived(count) {
      while (login.exchanges.length < count) await setImmediate();
    },
  };
}
