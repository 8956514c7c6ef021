import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { FULL_ADMIN, type PersonSeed } from "../../infra/local/emulators/webex/seed.ts";
import type { RateLimit } from "../../infra/local/emulators/webex/settings.ts";
import { roomIdOf } from "../../infra/local/emulators/webex/spaces.ts";
import { startWebex, type Webex } from "../../infra/local/emulators/webex/webex.ts";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";
import { SECRETS, webexRefreshToken } from "../../shared/secrets/secret-names.ts";
import { LATENCY_MS } from "./mailbox-world.ts";

const ADMIN = "admin@example.org";
const CLIENT = { id: "Cbench", secret: "bench-webex-secret" };
const SCOPES =
  "spark-admin:people_read spark-admin:organizations_read spark:memberships_read spark:memberships_write spark:rooms_read spark:people_read";
/** The one department that belongs into the space. */
const INSIDE = "Headquarters";
const OUTSIDE = ["Plant North", "Plant South", "Plant East", "Plant West"];

export interface OrganizationSize {
  /** In the directory, with the administrator. */
  people: number;
  /** How many of them belong into the space, with the administrator. */
  wanted: number;
  /** How many of those are in it, with the administrator. */
  present: number;
  rateLimit?: RateLimit;
}

/** A Webex organization with one space, on loopback, and the settings that point Rollcall at it. */
export interface OrganizationWorld {
  webex: Webex;
  /** A name of its own: the storage account, and what it remembers of a space, is the same for all. */
  space: string;
  settings: Record<string, string>;
  close(): Promise<void>;
}

export async function organizationWorld(size: OrganizationSize): Promise<OrganizationWorld> {
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const space = `space-${randomUUID()}`;
  const somebody = (index: number): PersonSeed => personAt(index, size);
  const present = Array.from({ length: size.present - 1 }, (_, index) => somebody(index).email);
  const webex = await startWebex({
    certificate,
    people: [{ email: ADMIN, displayName: "Ada Admin", roles: [FULL_ADMIN], department: INSIDE }],
    crowd: { count: size.people - 1, person: somebody },
    rooms: [{ name: space, members: [ADMIN, ...present] }],
    integrations: [{ ...CLIENT, name: "Rollcall", redirectUris: [], scopes: SCOPES.split(" ") }],
    settings: { rateLimit: size.rateLimit },
  });
  webex.faults.latencyMs = LATENCY_MS;
  const refreshToken = await webex.grant(CLIENT.id, ADMIN, SCOPES);
  const folder = await configFolder(space, {
    [SECRETS.webexClientSecret]: CLIENT.secret,
    [webexRefreshToken("default")]: refreshToken,
  });
  return {
    webex,
    space,
    settings: {
      CONFIG_DIR: path.join(folder, "config"),
      SECRETS_FILE: path.join(folder, "secrets.json"),
      WEBEX_CLIENT_ID: CLIENT.id,
      WEBEX_URL: webex.apiUrl,
    },
    async close() {
      await Promise.all([webex.close(), rm(folder, { recursive: true })]);
    },
  };
}

async function configFolder(space: string, secrets: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-bench-"));
  await mkdir(path.join(folder, "config", "spaces"), { recursive: true });
  const file = { space_id: roomIdOf(space), excluded_departments: OUTSIDE };
  await writeFile(path.join(folder, "config", "spaces", `${space}.json`), JSON.stringify(file));
  await writeFile(path.join(folder, "secrets.json"), JSON.stringify(secrets), { mode: 0o600 });
  return folder;
}

/** Those who belong into the space first. */
function personAt(index: number, { wanted }: OrganizationSize): PersonSeed {
  return {
    email: `somebody-${index}@example.org`,
    displayName: `Somebody ${index}`,
    department: index < wanted - 1 ? INSIDE : (OUTSIDE[index % OUTSIDE.length] ?? ""),
  };
}
