import { randomUUID } from "node:crypto";
import { after } from "node:test";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import { PERSONAL_TENANT } from "../../infra/local/emulators/microsoft-login/directory.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { FULL_ADMIN } from "../../infra/local/emulators/webex/seed.ts";
import { startWebex, type Webex } from "../../infra/local/emulators/webex/webex.ts";
import { signIn } from "../../infra/local/sign-in.ts";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";
import { connectTickets, type ConnectTickets } from "../../shared/oauth/connect-ticket.ts";
import type { ConnectionRegistry } from "../../shared/oauth/connection-registry.ts";
import { consentFlow } from "../../shared/oauth/consent-flow.ts";
import { microsoftConsent, webexConsent } from "../../shared/oauth/consent-provider.ts";
import {
  consentService,
  type BrowserAnswer,
  type ConsentService,
} from "../../shared/oauth/consent-service.ts";
import { consentStates } from "../../shared/oauth/consent-state.ts";
import { microsoftTokens } from "../../shared/oauth/microsoft-tokens.ts";
import { sessionKey } from "../../shared/oauth/session-key.ts";
import { webexTokens } from "../../shared/oauth/webex-tokens.ts";
import { type StorageAccount, storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { connectionsInMemory } from "../fakes/connections-in-memory.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";
import { rememberingLogger, type RememberingLogger } from "../fakes/remembering-logger.ts";
import { secretsInMemory, type SecretsInMemory } from "../fakes/secrets-in-memory.ts";

export const PUBLIC_URL = "https://rollcall.example";
export const COACH = "coach@outlook.example";
export const MENTOR = "mentor@outlook.example";
export const TEACHER = "teacher@school.example";
export const ADMIN = "admin@school.example";
export const CLIENT_ID = "11111111-2222-3333-4444-555555555555";
export const OTHER_CLIENT_ID = "66666666-7777-8888-9999-000000000000";
export const CLIENT_SECRET = "the-client-secret";
const WEBEX_CLIENT_ID = "the-integration";
const SCHOOL = { id: "aaaaaaaa-0000-0000-0000-000000000000", domain: "school.example" };

const { certificate, certificateFile } = await ensureCertificates(LOCAL_CERTIFICATES);
const azurite = await startAzurite({ certificateFile });
const running: { close(): Promise<void> }[] = [azurite];
after(() => Promise.all(running.map((service) => service.close())));

/** What connecting accounts works with: emulators, real tables, secrets and a registry in memory. */
export interface ConsentWorld {
  clock: FakeClock;
  login: MicrosoftLogin;
  graph: Graph;
  webex: Webex;
  secrets: SecretsInMemory;
  registry: ConnectionRegistry;
  storage: StorageAccount;
  tickets: ConnectTickets;
  service: ConsentService;
  log: RememberingLogger;
  /** What every later request asks for beyond its capability's scopes. */
  furtherScopes: string[];
  /** Another browser. */
  browser(): Browser;
}

/** A browser, as far as this flow knows one: it keeps cookies, and goes where it is sent. */
export interface Browser {
  /** Asks to connect an account. */
  start(provider?: string, query?: Record<string, string>): Promise<BrowserAnswer>;
  /** Opens a connect link. */
  open(link: string): Promise<BrowserAnswer>;
  /** Signs in at the provider's page. Gives where the browser is sent then. */
  signIn(answer: BrowserAnswer, account: string, decision?: "accept" | "deny"): Promise<URL>;
  /** Arrives at our callback. */
  arrive(url: URL): Promise<BrowserAnswer>;
  /** All of it. */
  connect(account: string, provider?: string, query?: Record<string, string>): Promise<BrowserAnswer>;
}

export interface ConsentWorldOptions {
  tenant?: string;
  /** Registered beside our own. */
  redirectUris?: string[];
}

export async function aConsentWorld(options: ConsentWorldOptions = {}): Promise<ConsentWorld> {
  const clock = fakeClock("2026-11-03T04:00:00Z", { auto: 8000 });
  const login = await startLogin(clock, options);
  const graph = await startGraph({
    certificate,
    clock,
    readToken: login.readToken,
    seed: {
      accounts: [
        { account: COACH, displayName: "Camille <Coach>", mail: null },
        { account: MENTOR, displayName: "Max Mentor", mail: null },
        { account: TEACHER, displayName: "Toni Teacher" },
      ],
    },
  });
  const webex = await webexFor(clock);
  running.push(login, graph, webex);

  const secrets = secretsInMemory(clock, {
    "microsoft-client-secret": CLIENT_SECRET,
    "webex-client-secret": CLIENT_SECRET,
  });
  // Tables of its own: tests run side by side.
  const storage = ownTables(storageAccountFrom({ AzureWebJobsStorage: azurite.connectionString }, { clock }));
  const registry = connectionsInMemory();
  const tickets = connectTickets({ secrets, storage, clock, publicUrl: PUBLIC_URL });
  const settings = { loginUrl: login.url, tenant: options.tenant ?? "common", clientId: CLIENT_ID };
  const providers = {
    microsoft: microsoftConsent(microsoftTokens(settings), { graphUrl: graph.url, clock }),
    webex: webexConsent(webexTokens({ url: webex.apiUrl, clientId: WEBEX_CLIENT_ID }), {
      url: webex.apiUrl,
      clock,
    }),
  };
  const flow = consentFlow({
    providers,
    tickets,
    registry,
    secrets,
    clock,
    publicUrl: PUBLIC_URL,
    states: consentStates({ storage, clock }),
    key: sessionKey({ secrets, storage, clock }),
    furtherScopes: async () => world.furtherScopes,
    exclusively: (_provider, _connection, work) => work(),
  });
  const log = rememberingLogger();
  const world: ConsentWorld = {
    clock,
    login,
    graph,
    webex,
    secrets,
    registry,
    storage,
    tickets,
    log,
    service: consentService({ flow, tickets, providers, publicUrl: PUBLIC_URL }),
    furtherScopes: [],
    browser: () => aBrowser(world.service, log),
  };
  return world;
}

function startLogin(clock: FakeClock, options: ConsentWorldOptions): Promise<MicrosoftLogin> {
  const redirectUris = [`${PUBLIC_URL}/api/oauth/microsoft/callback`, ...(options.redirectUris ?? [])];
  return startMicrosoftLogin({
    certificate,
    clock,
    tenants: [SCHOOL],
    accounts: [
      ...[COACH, MENTOR].map((userPrincipalName) => ({
        userPrincipalName,
        displayName: "Somebody",
        tenant: PERSONAL_TENANT,
      })),
      { userPrincipalName: TEACHER, displayName: "Toni Teacher", tenant: SCHOOL.id },
    ],
    clients: [
      { id: CLIENT_ID, name: "Rollcall", secrets: [{ value: CLIENT_SECRET }], redirectUris },
      { id: OTHER_CLIENT_ID, name: "Somebody else’s", secrets: [{ value: "other" }], redirectUris },
    ],
  });
}

function webexFor(clock: FakeClock): Promise<Webex> {
  return startWebex({
    certificate,
    clock,
    people: [
      { email: ADMIN, displayName: "Ada Admin", roles: [FULL_ADMIN] },
      { email: TEACHER, displayName: "Toni Teacher" },
    ],
    integrations: [
      {
        id: WEBEX_CLIENT_ID,
        name: "Rollcall",
        secret: CLIENT_SECRET,
        redirectUris: [`${PUBLIC_URL}/api/oauth/webex/callback`],
        scopes: [
          "spark-admin:people_read",
          "spark-admin:organizations_read",
          "spark:memberships_read",
          "spark:memberships_write",
          "spark:rooms_read",
          "spark:people_read",
          "meeting:schedules_read",
          "meeting:schedules_write",
          "meeting:preferences_read",
        ],
      },
    ],
  });
}

function ownTables(storage: StorageAccount): StorageAccount {
  const suffix = randomUUID().replaceAll("-", "");
  return {
    table: (name) => storage.table(`${name}${suffix}`),
    container: (name) => storage.container(`${name}${suffix}`),
    queue: (name) => storage.queue(`${name}${suffix}`),
  };
}

function aBrowser(service: ConsentService, log: RememberingLogger): Browser {
  const cookies = new Map<string, string>();

  function keep(answer: BrowserAnswer): BrowserAnswer {
    const { cookie } = answer;
    if (cookie && cookie.maxAge > 0) cookies.set(cookie.name, cookie.value);
    else if (cookie) cookies.delete(cookie.name);
    return answer;
  }

  const browser: Browser = {
    async start(provider = "microsoft", query = {}) {
      const answer = await service.start(provider, query);
      if ("refused" in answer) throw new Error(answer.detail);
      return keep(answer);
    },
    open: async (link) => keep(await service.open(new URL(link).pathname.split("/").at(-1) ?? "")),
    async signIn({ headers }, account, decision) {
      return new URL(await signIn(headers["location"] ?? "", account, decision));
    },
    async arrive(url) {
      const header = [...cookies].map((pair) => pair.join("=")).join("; ");
      const provider = url.pathname.split("/").at(-2);
      const answer = await service.finish(
        provider,
        Object.fromEntries(url.searchParams),
        header || null,
        log,
      );
      if ("refused" in answer) throw new Error(answer.detail);
      return keep(answer);
    },
    async connect(account, provider, query) {
      return browser.arrive(await browser.signIn(await browser.start(provider, query), account));
    },
  };
  return browser;
}

/** The words of a page, as a person reads them. */
export function wordsOf({ body }: BrowserAnswer): string {
  return body
    .slice(body.indexOf("<main>"))
    .replaceAll(/<[^>]*>/gu, " ")
    .replaceAll(/&#(\d+);/gu, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/ (?=[.,)])/gu, "")
    .trim();
}

/** The links of a page, by their text. */
export function linksOf({ body }: BrowserAnswer): Record<string, string> {
  const links = body.matchAll(/<a[^>]* href="([^"]*)"[^>]*>([^<]*)<\/a>/gu);
  return Object.fromEntries(
    [...links].map(([, href = "", text = ""]) => [text.replaceAll(/&#\d+;/gu, "'"), href]),
  );
}
