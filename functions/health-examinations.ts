import { messageOf } from "../shared/error-message.ts";
import { systemClock as clock } from "../shared/clock.ts";
import { inLanes } from "../shared/lanes.ts";
import type { ConfigSource } from "../shared/config/config-folder.ts";
import type { ConnectionsService } from "../shared/connections/wire.ts";
import type { Examination, PartHealth } from "../shared/health.ts";
import { absence, connections, membership, registration } from "./capabilities.ts";
import type { Capability } from "./capability.ts";
import { RequestProblem } from "./request-problem.ts";

const { env } = process;

const ok = (detail: string): PartHealth => ({ state: "ok", detail });
const off = (detail: string): PartHealth => ({ state: "off", detail });
const wrong = (detail: string): PartHealth => ({ state: "wrong", detail });

/** A capability that lacks a setting is off, and says which; one whose settings are wrong is wrong. */
const whenOn =
  <Service>(
    { service }: Capability<Service>,
    look: (service: Service) => Promise<PartHealth> = async () => ok("It is on."),
  ): Examination =>
  async () => {
    try {
      return await look(await service());
    } catch (error) {
      if (error instanceof RequestProblem) return off(error.message);
      throw error;
    }
  };

const storage: Examination = async () => {
  const { storageAccountFrom } = await import("../shared/storage/storage-account.ts");
  const account = storageAccountFrom(env, { clock });
  await Promise.all([
    account.table("connections"),
    account.container("locks"),
    account.queue("registration-passes"),
  ]);
  return ok("Tables, blobs and queues of the storage account can be reached.");
};

const secrets: Examination = async () => {
  const { secretStoreFrom } = await import("../shared/secrets/open-secret-store.ts");
  const store = secretStoreFrom(env, { clock });
  await store.get("session-key", { fresh: true });
  return ok(`Secrets can be read in ${store.place}.`);
};

/** Files of one kind, and what is wrong with them. */
interface FilesFound {
  count: string;
  mistakes: string[];
}

const configuration: Examination = async () => {
  const { openConfigSource } = await import("../shared/config/open-config-source.ts");
  const source = openConfigSource(env, { clock });
  // Nobody reads the space files as long as there is no Webex integration.
  const found = await Promise.all([teamsIn(source), ...(membership.isConfigured ? [spacesIn(source)] : [])]);
  const counts = `${found.map(({ count }) => count).join(" and ")} in ${source.place}`;
  const mistakes = found.flatMap((files) => files.mistakes);
  return mistakes.length > 0 ? wrong(`${counts}. ${mistakes.join(" ")}`) : ok(`${counts}.`);
};

async function teamsIn(source: ConfigSource): Promise<FilesFound> {
  const { loadTeams, loadPatterns } = await import("../shared/registration/teams.ts");
  const { FILES_SIDE_BY_SIDE } = await import("../shared/config/config-file.ts");
  const teams = await loadTeams(source, env, {});
  const mistakes = new Map<string, string>();
  await inLanes(teams, { size: 1, lanes: FILES_SIDE_BY_SIDE }, async ([team]) => {
    if (!team) return;
    try {
      if (!("file" in team)) throw team.error;
      await loadPatterns(source, team.file);
    } catch (error) {
      mistakes.set(team.team, mistakeIn(team.team, error));
    }
  });
  const inOrder = teams.flatMap(({ team }) => mistakes.get(team) ?? []);
  return { count: `${teams.length} team files`, mistakes: inOrder };
}

async function spacesIn(source: ConfigSource): Promise<FilesFound> {
  const { loadSpaces } = await import("../shared/membership/spaces.ts");
  const spaces = await loadSpaces(source);
  const mistakes = spaces.flatMap((each) => ("file" in each ? [] : [mistakeIn(each.space, each.error)]));
  return { count: `${spaces.length} space files`, mistakes };
}

function mistakeIn(name: string, error: unknown): string {
  return `${name}: ${messageOf(error)}`;
}

const publicUrl: Examination = async () => {
  const { publicUrlFrom } = await import("../shared/config/public-url.ts");
  return ok(`Links and redirect URIs begin with ${publicUrlFrom(env)}.`);
};

const microsoft: Examination = async () => {
  const [{ microsoftSettingsFrom }, { SECRETS }] = await Promise.all([
    import("../shared/oauth/microsoft-settings.ts"),
    import("../shared/secrets/secret-names.ts"),
  ]);
  const { clientId, tenant, loginUrl } = microsoftSettingsFrom(env);
  if (clientId === undefined) return off("MICROSOFT_CLIENT_ID is not set.");
  return app(
    SECRETS.microsoftClientSecret,
    `The app ${clientId} signs in people of ${tenant} at ${loginUrl}.`,
  );
};

const webex: Examination = async () => {
  const [{ webexSettingsFrom }, { SECRETS }] = await Promise.all([
    import("../shared/oauth/webex-settings.ts"),
    import("../shared/secrets/secret-names.ts"),
  ]);
  const { clientId, url } = webexSettingsFrom(env);
  if (clientId === undefined) return off("WEBEX_CLIENT_ID is not set.");
  return app(SECRETS.webexClientSecret, `The integration ${clientId} works with ${url}.`);
};

/** An app registration is of no use without its secret. */
async function app(secret: string, detail: string): Promise<PartHealth> {
  const { secretStoreFrom } = await import("../shared/secrets/open-secret-store.ts");
  const store = secretStoreFrom(env, { clock });
  if ((await store.get(secret)) !== undefined) return ok(detail);
  return wrong(`There is no secret ${secret} in ${store.place}: npm run secrets:set -- ${secret}`);
}

const operator: Examination = async () => {
  const { connectionsSettingsFrom } = await import("../shared/connections/settings.ts");
  const { operatorAddress, operatorMailConnection } = connectionsSettingsFrom(env);
  if (operatorAddress && operatorMailConnection) {
    return ok(`OPERATOR_ADDRESS is warned through the connection ${operatorMailConnection}, and in the log.`);
  }
  const missing = operatorAddress ? "OPERATOR_MAIL_CONNECTION" : "OPERATOR_ADDRESS";
  return off(`Warnings reach the log only: ${missing} is not set.`);
};

async function connectionStates(service: ConnectionsService): Promise<PartHealth> {
  const { connections: rows, clientSecrets, problems } = await service.overview();
  const bad = [
    ...rows
      .filter(({ state }) => state !== "healthy" && state !== "unverified")
      .map(({ provider, connection, state }) => `${provider} ${connection} is ${state}`),
    ...clientSecrets
      .filter(({ state }) => state === "expiring" || state === "expired" || state === "missing")
      .map(({ secret, state }) => `${secret} is ${state}`),
    ...problems,
  ];
  if (bad.length > 0) return wrong(`${bad.join("; ")}. GET /api/connections says what to do.`);
  return ok(`${rows.length} connections, none of which needs anything.`);
}

/** Each part of the app, and how to find out how it is. */
export const EXAMINATIONS: Readonly<Record<string, Examination>> = {
  storage,
  secrets,
  configuration,
  publicUrl,
  microsoft,
  webex,
  operator,
  registration: whenOn(registration),
  membership: whenOn(membership),
  absence: whenOn(absence, async (service) => ok(await service.examine())),
  connections: whenOn(connections, connectionStates),
};
