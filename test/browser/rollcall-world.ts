import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import { PERSONAL_TENANT } from "../../infra/local/emulators/microsoft-login/directory.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { type Webex, startWebex } from "../../infra/local/emulators/webex/webex.ts";
import { startHost } from "../../infra/local/host/host.ts";
import * as sample from "../../infra/local/samples/directory.ts";
import { SAMPLE_ACCOUNT, sampleSeed } from "../../infra/local/samples/mailbox.ts";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";
import { systemClock } from "../../shared/clock.ts";
import type { Run } from "../../shared/registration/run.ts";
import { SECRETS } from "../../shared/secrets/secret-names.ts";
import { secretsFile } from "../../shared/secrets/secrets-file.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
export const HOST_KEY = "the-function-key-of-this-test";
export const OTHER_ACCOUNT = "assistant@mantabots.example";
export const WEBEX_ACCOUNT = "camille.martin@mantabots.example";

/** The function app as it is deployed, on the local host, with a Microsoft, a Webex and a storage account of its own. */
export interface RollcallWorld {
  /** Where a browser finds it. */
  url: string;
  login: MicrosoftLogin;
  webex: Webex;
  graph: Graph;
  secrets(): Promise<Record<string, string>>;
  /** Forces a pass of a team; the same it would be by curl. */
  run(team: string): Promise<{ status: number; body: { runs: Run[] } }>;
  /** All that the host has logged. */
  log: string[];
  close(): Promise<void>;
}

export async function aRollcallWorld(): Promise<RollcallWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-browser-"));
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const front = await startFront();
  const login = await startMicrosoftLogin({
    certificate,
    tenants: [sample.WORK_TENANT],
    accounts: [
      { userPrincipalName: SAMPLE_ACCOUNT, displayName: "Camille Martin", tenant: PERSONAL_TENANT },
      { userPrincipalName: OTHER_ACCOUNT, displayName: "Ada <Lovelace>", tenant: PERSONAL_TENANT },
    ],
    clients: [
      {
        id: sample.CLIENT_ID,
        name: "Rollcall",
        secrets: [{ value: sample.CLIENT_SECRET }],
        redirectUris: [`${front.url}/api/oauth/microsoft/callback`],
      },
    ],
  });
  const seed = sampleSeed(new Date());
  const graph = await startGraph({
    certificate,
    readToken: login.readToken,
    sentItemsDelayMs: 0,
    seed: {
      accounts: [
        ...seed.accounts,
        { account: OTHER_ACCOUNT, displayName: "Ada <Lovelace>", calendars: [], contacts: [] },
      ],
    },
  });
  const webex = await startWebex({ certificate, ...sample.sampleWebex(front.url) });
  const azurite = await startAzurite();
  const { app, secretsPath, configDir } = await prepareFiles(folder);
  const log: string[] = [];
  const host = await startHost({
    appRoot: app,
    port: 0,
    hostKey: HOST_KEY,
    masterKey: "the-master-key-of-this-test",
    log: ({ message }) => void log.push(message),
    env: {
      AzureWebJobsStorage: azurite.connectionString,
      CONFIG_DIR: configDir,
      SECRETS_FILE: secretsPath,
      PUBLIC_URL: front.url,
      MICROSOFT_CLIENT_ID: sample.CLIENT_ID,
      MICROSOFT_LOGIN_URL: login.url,
      GRAPH_URL: graph.url,
      WEBEX_CLIENT_ID: sample.WEBEX_CLIENT_ID,
      WEBEX_URL: webex.apiUrl,
    },
  });
  front.forwardTo(host.url);

  return {
    url: front.url,
    login,
    webex,
    graph,
    log,
    secrets: async () => JSON.parse(await readFile(secretsPath, "utf8")) as Record<string, string>,
    run: async (team) => {
      const answer = await fetch(`${front.url}/api/registrations/run`, {
        method: "POST",
        headers: { "x-functions-key": HOST_KEY },
        body: JSON.stringify({ team }),
      });
      return { status: answer.status, body: (await answer.json()) as { runs: Run[] } };
    },
    async close() {
      await host.close();
      await Promise.all([front, login, graph, webex, azurite].map((service) => service.close()));
      await rm(folder, { recursive: true });
    },
  };
}

/** The app as it was built, two teams with a connection each, and what an operator has stored before anybody is connected. */
async function prepareFiles(
  folder: string,
): Promise<{ app: string; secretsPath: string; configDir: string }> {
  const [app, configDir] = [path.join(folder, "app"), path.join(folder, "config")];
  await cp(path.join(PROJECT, "dist"), app, { recursive: true });
  await mkdir(path.join(configDir, "teams"), { recursive: true });
  await cp(path.join(PROJECT, "config/conf"), path.join(configDir, "conf"), { recursive: true });
  const team = await readFile(path.join(PROJECT, "config/teams/mantabots.json"), "utf8");
  for (const connection of ["default", "by-link"]) {
    const file = path.join(configDir, "teams", `${connection}-team.json`);
    await writeFile(file, JSON.stringify({ ...(JSON.parse(team) as object), connection }));
  }
  const secretsPath = path.join(folder, "secrets.json");
  const store = secretsFile(secretsPath, { clock: systemClock });
  await store.set(SECRETS.microsoftClientSecret, sample.CLIENT_SECRET);
  await store.set(SECRETS.webexClientSecret, sample.WEBEX_CLIENT_SECRET);
  return { app, secretsPath, configDir };
}

interface Front {
  url: string;
  forwardTo(url: string): void;
  close(): Promise<void>;
}

/** The public address, which must be known before the host behind it has a port: passes every byte on. */
async function startFront(): Promise<Front> {
  const sockets = new Set<Socket>();
  let port = 0;
  const server = createServer((socket) => {
    const onwards = connect(port, "127.0.0.1");
    socket.pipe(onwards).pipe(socket);
    for (const end of [socket, onwards]) {
      sockets.add(end);
      end.on("error", () => undefined).on("close", () => sockets.delete(end));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    forwardTo: (url) => {
      port = Number(new URL(url).port);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
