import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { startWebex, type Webex } from "../../infra/local/emulators/webex/webex.ts";
import { ensureCertificates } from "../../infra/local/tls.ts";
import { type AccessTokens, accessTokens } from "../../shared/oauth/access-token.ts";
import type { ConnectionRecord, ConnectionRegistry } from "../../shared/oauth/connection-registry.ts";
import type { KeeperOptions } from "../../shared/oauth/keeper-options.ts";
import { microsoftTokens } from "../../shared/oauth/microsoft-tokens.ts";
import { webexTokens } from "../../shared/oauth/webex-tokens.ts";
import { cachedSecrets } from "../../shared/secrets/secret-cache.ts";
import { connectionsInMemory } from "../fakes/connections-in-memory.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";
import { lockInMemory } from "../fakes/lock-in-memory.ts";
import { type RememberingLogger, rememberingLogger } from "../fakes/remembering-logger.ts";
import { type SecretsInMemory, secretsInMemory } from "../fakes/secrets-in-memory.ts";
import { CLIENT_ID, CLIENT_SECRET, type LoginWorld, SCOPES, aLogin } from "./login-world.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A keeper of tokens, with all of its surroundings in memory but the login service. */
export interface KeeperWorld {
  clock: FakeClock;
  /** The refresh token that was consented to. */
  refreshToken: string;
  store: SecretsInMemory;
  registry: ConnectionRegistry;
  logger: RememberingLogger;
  tokens: AccessTokens;
  /** As after a restart, or in another instance: nothing in memory, the same secrets. */
  restarted: (more?: Partial<KeeperOptions>) => AccessTokens;
}

type Surroundings = Pick<KeeperWorld, "clock" | "refreshToken"> & Pick<KeeperOptions, "service">;

function keeperIn(
  { clock, refreshToken, service }: Surroundings,
  overrides: Partial<KeeperOptions>,
): KeeperWorld {
  const store = secretsInMemory(clock, {
    [service.secrets.client]: CLIENT_SECRET,
    [service.secrets.refreshToken("default")]: refreshToken,
  });
  const registry = connectionsInMemory();
  const logger = rememberingLogger();
  const lock = lockInMemory();
  const open = (more: Partial<KeeperOptions> = {}): AccessTokens => {
    const secrets = cachedSecrets(store, { clock, seconds: 60 });
    return accessTokens({ service, secrets, registry, lock, clock, logger, ...overrides, ...more });
  };
  return { clock, refreshToken, store, registry, logger, tokens: open(), restarted: open };
}

/** The keeper of Microsoft's tokens. */
export async function aKeeper(overrides: Partial<KeeperOptions> = {}): Promise<KeeperWorld & LoginWorld> {
  const world = await aLogin();
  const settings = { loginUrl: world.login.url, tenant: "common", clientId: CLIENT_ID };
  const service = microsoftTokens(settings, { scopes: SCOPES });
  return { ...world, ...keeperIn({ ...world, service }, overrides) };
}

export const PERSON = "coach@webex.example";
const WEBEX_SCOPES = "spark:people_read spark:memberships_read";

const { certificate } = await ensureCertificates(fileURLToPath(new URL("../../.local/tls", import.meta.url)));
const services: Webex[] = [];
after(() => Promise.all(services.map((service) => service.close())));

export interface WebexKeeperWorld extends KeeperWorld {
  webex: Webex;
  /** Another refresh token of the same person, as after consenting again. */
  consent: () => Promise<string>;
}

/** The keeper of Webex's tokens. */
export async function aWebexKeeper(
  refreshTokens: "rotate" | "keep" = "rotate",
  overrides: Partial<KeeperOptions> = {},
): Promise<WebexKeeperWorld> {
  const clock = fakeClock("2026-11-03T04:00:00Z", { auto: 8000 });
  const webex = await startWebex({
    certificate,
    clock,
    refreshTokens,
    people: [{ email: PERSON, displayName: "Somebody" }],
    integrations: [
      {
        id: CLIENT_ID,
        name: "Rollcall",
        secret: CLIENT_SECRET,
        redirectUris: [],
        scopes: WEBEX_SCOPES.split(" "),
      },
    ],
  });
  services.push(webex);
  const consent = (): Promise<string> => webex.grant(CLIENT_ID, PERSON, WEBEX_SCOPES);
  const refreshToken = await consent();
  const service = webexTokens({ url: webex.apiUrl, clientId: CLIENT_ID });
  return { webex, consent, ...keeperIn({ clock, refreshToken, service }, overrides) };
}

/** What the registry knows after a consent. */
export function aRecord(clock: FakeClock, changes: Partial<ConnectionRecord> = {}): ConnectionRecord {
  const now = clock.now();
  return {
    provider: "microsoft",
    connection: "default",
    account: "coach@outlook.example",
    scopes: SCOPES,
    obtainedAt: now,
    refreshedAt: now,
    expiresAt: new Date(now.getTime() + 90 * DAY),
    warnedDays: [],
    ...changes,
  };
}
