import { startWebex } from "../../../infra/local/emulators/webex/webex.ts";
import type { Webex, WebexOptions } from "../../../infra/local/emulators/webex/webex.ts";
import { signIn } from "../../../infra/local/sign-in.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../../infra/local/tls.ts";

export const INTEGRATION = { client_id: "C5b0ad5b26f3d", client_secret: "s3cret" };
export const REDIRECT = "https://rollcall.example/api/oauth/webex/callback";
export const ADA = "ada@example.org";
export const DAY = 86_400_000;
const SCOPES = ["spark:people_read", "spark:memberships_read", "spark-admin:people_read"];

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** A Webex with one person and two integrations, and what a client says to it. */
export interface WebexWorld {
  webex: Webex;
  /** The emulator's time, milliseconds since 1970. */
  now: number;
  /** Parameters that are undefined are left out. */
  authorizeUrl(changes?: Record<string, string | undefined>): string;
  /** Ada signs in and accepts: the code. */
  code(changes?: Record<string, string | undefined>): Promise<string>;
  token(form: Record<string, string>): Promise<Answer>;
  redeem(code: string, changes?: Record<string, string>): Promise<Answer>;
  refresh(token: unknown, changes?: Record<string, string>): Promise<Answer>;
  me(token: unknown): Promise<Answer>;
}

export async function aWebexWorld(options: Partial<WebexOptions> = {}): Promise<WebexWorld> {
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const integration = { name: "Rollcall", redirectUris: [REDIRECT], scopes: SCOPES };
  const webex = await startWebex({
    certificate,
    clock: { now: () => new Date(world.now) },
    people: [{ email: ADA, displayName: "Ada <Lovelace>" }],
    integrations: [
      { ...integration, id: INTEGRATION.client_id, secret: INTEGRATION.client_secret },
      { ...integration, id: "another", secret: "another" },
    ],
    ...options,
  });
  const world: WebexWorld = {
    webex,
    now: Date.parse("2026-03-01T06:00:00Z"),
    authorizeUrl: (changes = {}) => {
      const url = new URL(`${webex.apiUrl}/authorize`);
      const parameters = {
        client_id: INTEGRATION.client_id,
        response_type: "code",
        redirect_uri: REDIRECT,
        scope: "spark:people_read spark:memberships_read",
        state: "st&te",
        ...changes,
      };
      for (const [name, value] of Object.entries(parameters)) {
        if (value !== undefined) url.searchParams.set(name, value);
      }
      return url.href;
    },
    code: async (changes) => {
      const landing = new URL(await signIn(world.authorizeUrl(changes), ADA));
      return landing.searchParams.get("code") ?? "";
    },
    token: (form) =>
      answerOf(fetch(`${webex.apiUrl}/access_token`, { method: "POST", body: new URLSearchParams(form) })),
    redeem: (code, changes = {}) => {
      const form = { ...INTEGRATION, grant_type: "authorization_code", code, redirect_uri: REDIRECT };
      return world.token({ ...form, ...changes });
    },
    refresh: (token, changes = {}) => {
      const form = { ...INTEGRATION, grant_type: "refresh_token", refresh_token: String(token) };
      return world.token({ ...form, ...changes });
    },
    me: (token) =>
      answerOf(fetch(`${webex.apiUrl}/people/me`, { headers: { authorization: `Bearer ${String(token)}` } })),
  };
  return world;
}

async function answerOf(answer: Promise<Response>): Promise<Answer> {
  const response = await answer;
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
