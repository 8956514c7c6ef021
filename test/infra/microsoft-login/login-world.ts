import { startMicrosoftLogin } from "../../../infra/local/emulators/microsoft-login.ts";
import type { MicrosoftLogin } from "../../../infra/local/emulators/microsoft-login.ts";
import { PERSONAL_TENANT } from "../../../infra/local/emulators/microsoft-login/directory.ts";
import { signIn } from "../../../infra/local/sign-in.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../../infra/local/tls.ts";

export const CONTOSO = "11111111-1111-4111-8111-111111111111";
export const APP = "22222222-2222-4222-8222-222222222222";
export const SINGLE_TENANT_APP = "33333333-3333-4333-8333-333333333333";
export const REDIRECT = "https://rollcall.example/api/oauth/microsoft/callback";
export const ADA = "ada@contoso.example";
export const BOB = "bob@outlook.example";
export const DAY = 86_400_000;
export const WITH_SECRET = { client_id: APP, client_secret: "s3cret" };

interface TokenBody {
  [name: string]: unknown;
  access_token: string;
  refresh_token: string;
  error_codes?: number[];
}

interface TokenAnswer {
  status: number;
  body: TokenBody;
}

type Form = Record<string, string>;

/** A login emulator with a work account, a personal one and two clients, and what a client says to it. */
export interface LoginWorld {
  login: MicrosoftLogin;
  /** The emulator's time, milliseconds since 1970. */
  now: number;
  authorizeUrl(changes?: Record<string, string | undefined>, authority?: string): string;
  post(form: Form, headers?: Record<string, string>, authority?: string): Promise<TokenAnswer>;
  redeem(code: string, changes?: Form): Promise<TokenAnswer>;
  refresh(token: string, changes?: Form, authority?: string): Promise<TokenAnswer>;
  /** The tokens of an account that has just signed in and consented. */
  consented(account?: string): Promise<TokenBody>;
}

export function codeIn(location: string): string {
  return new URL(location).searchParams.get("code") ?? "";
}

export async function aLoginWorld({ stateFile }: { stateFile?: string } = {}): Promise<LoginWorld> {
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const login = await startMicrosoftLogin({
    certificate,
    ...(stateFile === undefined ? {} : { stateFile }),
    clock: { now: () => new Date(world.now) },
    tenants: [{ id: CONTOSO, domain: "contoso.example" }],
    accounts: [
      { userPrincipalName: ADA, displayName: "Ada <Lovelace>", tenant: CONTOSO },
      { userPrincipalName: BOB, displayName: "Bob", tenant: PERSONAL_TENANT },
    ],
    clients: [
      {
        id: APP,
        name: "Rollcall",
        secrets: [{ value: WITH_SECRET.client_secret }],
        redirectUris: [REDIRECT, "http://localhost:7071/api/oauth/microsoft/callback"],
        roles: ["MailboxSettings.Read"],
        permissions: ["Mail.Send"],
      },
      {
        id: SINGLE_TENANT_APP,
        name: "One tenant",
        secrets: [{ value: "other" }],
        redirectUris: [REDIRECT],
        signInAudience: "AzureADMyOrg",
        tenants: [CONTOSO],
      },
    ],
  });
  const world: LoginWorld = {
    login,
    now: Date.parse("2026-03-01T06:00:00Z"),
    authorizeUrl: (changes = {}, authority = "common") => {
      const url = new URL(`${login.url}/${authority}/oauth2/v2.0/authorize`);
      const parameters = {
        client_id: APP,
        response_type: "code",
        redirect_uri: REDIRECT,
        scope: "openid offline_access Calendars.ReadWrite Mail.Send",
        state: "st&te",
        ...changes,
      };
      for (const [name, value] of Object.entries(parameters)) {
        if (value !== undefined) url.searchParams.set(name, value);
      }
      return url.href;
    },
    post: async (form, headers = {}, authority = "common") => {
      const response = await fetch(`${login.url}/${authority}/oauth2/v2.0/token`, {
        method: "POST",
        headers,
        body: new URLSearchParams(form),
      });
      return { status: response.status, body: (await response.json()) as TokenBody };
    },
    redeem: (code, changes = {}) => {
      const form = { ...WITH_SECRET, grant_type: "authorization_code", code, redirect_uri: REDIRECT };
      return world.post({ ...form, ...changes });
    },
    refresh: (token, changes = {}, authority) => {
      const form = { ...WITH_SECRET, grant_type: "refresh_token", refresh_token: token };
      return world.post({ ...form, ...changes }, {}, authority);
    },
    consented: async (account = ADA) => {
      const code = codeIn(await signIn(world.authorizeUrl(), account));
      return (await world.redeem(code)).body;
    },
  };
  return world;
}
