import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test, type TestContext } from "node:test";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { startGraph } from "../../infra/local/emulators/graph/graph.ts";
import { PERSONAL_TENANT } from "../../infra/local/emulators/microsoft-login/directory.ts";
import { startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { signIn } from "../../infra/local/sign-in.ts";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";
import type { ConnectionsReport } from "../../shared/connections/overview.ts";
import { HOST_KEY, startApp } from "./whole-app.ts";

const CLIENT_ID = "11111111-2222-3333-4444-555555555555";
const COACH = "coach@outlook.example";
const PUBLIC_URL = "https://rollcall.example";
const { certificate, certificateFile } = await ensureCertificates(LOCAL_CERTIFICATES);

const azurite = await startAzurite({ certificateFile });
const login = await startMicrosoftLogin({
  certificate,
  tenants: [],
  accounts: [{ userPrincipalName: COACH, displayName: "Camille", tenant: PERSONAL_TENANT }],
  clients: [
    {
      id: CLIENT_ID,
      name: "Rollcall",
      secrets: [{ value: "the-client-secret" }],
      redirectUris: [`${PUBLIC_URL}/api/oauth/microsoft/callback`],
    },
  ],
});
const graph = await startGraph({
  certificate,
  readToken: login.readToken,
  seed: { accounts: [{ account: COACH, displayName: "Camille" }] },
});
after(() => Promise.all([azurite, login, graph].map((service) => service.close())));

interface ConsentApp {
  secretsFile: string;
  get(route: string, headers?: Record<string, string>): Promise<Response>;
}

async function anApp(t: TestContext, settings: Record<string, string> = {}): Promise<ConsentApp> {
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-consent-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const secretsFile = path.join(folder, "secrets.json");
  await writeFile(secretsFile, JSON.stringify({ "microsoft-client-secret": "the-client-secret" }), {
    mode: 0o600,
  });
  const { host } = await startApp(t, {
    AzureWebJobsStorage: azurite.connectionString,
    CONFIG_DIR: folder,
    SECRETS_FILE: secretsFile,
    MICROSOFT_CLIENT_ID: CLIENT_ID,
    MICROSOFT_LOGIN_URL: login.url,
    GRAPH_URL: graph.url,
    PUBLIC_URL,
    ...settings,
  });
  return {
    secretsFile,
    get: (route, headers = {}) => fetch(`${host.url}/api/${route}`, { headers, redirect: "manual" }),
  };
}

/** The cookie of an answer, as a browser sends it back. */
function cookieOf(answer: Response): string {
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

test("an account is connected over HTTP: the cookie comes and goes, and the token is in the secret store", async (t) => {
  const app = await anApp(t);
  const begun = await app.get(`oauth/microsoft/start?code=${HOST_KEY}&connection=over-http`, {
    host: "evil.example",
  });
  assert.equal(begun.status, 302);
  const location = new URL(begun.headers.get("location") ?? "");
  assert.equal(location.origin, login.url);
  assert.equal(location.searchParams.get("redirect_uri"), `${PUBLIC_URL}/api/oauth/microsoft/callback`);
  assert.match(
    begun.headers.getSetCookie().join(),
    /^rollcall-consent-[\da-f]{12}=[\w-]{43}; max-age=600; path=\/api\/oauth; secure; samesite=lax; httponly$/,
  );

  const { search } = new URL(await signIn(location.href, COACH));
  const answer = await app.get(`oauth/microsoft/callback${search}`, { cookie: cookieOf(begun) });
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /Camille.*\(coach@outlook\.example\)/s);
  assert.match(answer.headers.getSetCookie().join(), /=; max-age=0; path=\/api\/oauth;/);
  assert.match(
    answer.headers.get("content-security-policy") ?? "",
    /^default-src 'none'; style-src 'sha256-/,
  );
  const secrets = JSON.parse(await readFile(app.secretsFile, "utf8")) as Record<string, string>;
  assert.match(secrets["microsoft-refresh-token-over-http"] ?? "", /^1\.refresh\./);
});

test("a connect link of the list of connections opens the same page, once, without a key", async (t) => {
  const app = await anApp(t, { OPERATOR_MAIL_CONNECTION: "office" });
  const list = await app.get("connections", { "x-functions-key": HOST_KEY });
  const { connections } = (await list.json()) as ConnectionsReport;
  const link = connections.find(({ connection }) => connection === "office")?.connect ?? "";
  const route = link.slice(`${PUBLIC_URL}/api/`.length);
  const begun = await app.get(route);
  assert.equal(begun.status, 302);
  assert.doesNotMatch(begun.headers.get("location") ?? "", new RegExp(HOST_KEY));
  const again = await app.get(route);
  assert.equal(again.status, 400);
  assert.match(await again.text(), /This link was used already/);
});

test("starting takes the function key; coming back and connect links do not", async (t) => {
  const app = await anApp(t);
  assert.equal((await app.get("oauth/microsoft/start")).status, 401);
  assert.equal((await app.get("oauth/microsoft/callback")).status, 400);
  assert.equal((await app.get("oauth/microsoft/callback?code=abc&state=def")).status, 400);
  assert.equal((await app.get("connect/abc")).status, 400);
});

test("a mistake is a page for a browser, and a problem for a program", async (t) => {
  const app = await anApp(t);
  const route = `oauth/microsoft/start?code=${HOST_KEY}&connection=Not%20A%20Name`;
  const forBrowser = await app.get(route, { accept: "text/html,*/*" });
  assert.equal(forBrowser.status, 400);
  assert.match(forBrowser.headers.get("content-type") ?? "", /^text\/html/);
  assert.match(await forBrowser.text(), /connection must be 1 to 63 lower-case letters/);
  const forProgram = await app.get(route);
  assert.equal(forProgram.status, 400);
  assert.equal(forProgram.headers.get("content-type"), "application/problem+json");
  assert.equal((await app.get(`oauth/github/start?code=${HOST_KEY}`)).status, 404);
  assert.equal((await app.get("oauth/github/callback?code=a&state=b")).status, 404);
});

test("what is not set up says which setting or secret is missing, and is off", async (t) => {
  const none = await anApp(t, { MICROSOFT_CLIENT_ID: "", WEBEX_CLIENT_ID: "" });
  const noClient = await none.get(`oauth/microsoft/start?code=${HOST_KEY}`);
  assert.equal(noClient.status, 503);
  assert.match(await noClient.text(), /Set MICROSOFT_CLIENT_ID or WEBEX_CLIENT_ID/);
  const noStorage = await anApp(t, { AzureWebJobsStorage: "" });
  assert.match(await (await noStorage.get("connect/abc")).text(), /Set AzureWebJobsStorage or /);
  const noWebex = await anApp(t);
  const webex = await noWebex.get(`oauth/webex/start?code=${HOST_KEY}&capability=membership`);
  assert.equal(webex.status, 503);
  assert.match(await webex.text(), /WEBEX_CLIENT_ID is not set/);
});

test("a team that verifies what it sent asks for one permission more, for its connection alone", async (t) => {
  const app = await anApp(t);
  const folder = path.join(path.dirname(app.secretsFile), "teams");
  await mkdir(folder);
  const team = {
    team: "MantaBots",
    connection: "verified",
    mail: { to: "host@example.org", pattern: "mail.txt", verify_sent: true },
    calendar: { name: "C" },
  };
  await writeFile(path.join(folder, "mantabots.json"), JSON.stringify(team));
  const scopes = async (connection: string): Promise<string> => {
    const begun = await app.get(`oauth/microsoft/start?code=${HOST_KEY}&connection=${connection}`);
    return new URL(begun.headers.get("location") ?? "").searchParams.get("scope") ?? "";
  };
  assert.match(await scopes("verified"), / Mail\.ReadBasic$/);
  assert.doesNotMatch(await scopes("default"), /Mail\.ReadBasic/);
});
