import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { type CommandLine, commandLine } from "./run-command-line.ts";

/** The token file as the session registration's users have it. */
const TOKEN = {
  token: "short-lived-hunter2",
  refresh_token: "M.C123_BAY.refresh-hunter2",
  token_uri: "https://login.microsoftonline.com/common",
  client_id: "11111111-2222-3333-4444-555555555555",
  client_secret: "secret-hunter2",
  tenant_id: "9188040d-6c67-4c5b-b112-36a304b66dad",
  scopes: ["Contacts.Read", "Calendars.ReadWrite", "Mail.Send", "User.Read"],
};

interface Outcome {
  line: CommandLine;
  code: number;
  stdout: string;
  stderr: string;
}

async function importing(content: string | object, ...args: string[]): Promise<Outcome> {
  const line = await commandLine("secrets-import.ts");
  const file = path.join(line.folder, "token.json");
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  const outcome = await line.run([file, ...args]);
  assert.doesNotMatch(outcome.stdout + outcome.stderr, /hunter2/);
  return { line, ...outcome };
}

test("the secrets of a token file are stored, and the settings to set are printed", async () => {
  const { line, code, stdout, stderr } = await importing(TOKEN);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(await line.secrets.get("microsoft-refresh-token-default"), TOKEN.refresh_token);
  assert.equal(await line.secrets.get("microsoft-client-secret"), TOKEN.client_secret);
  assert.match(stdout, new RegExp(`^ {2}MICROSOFT_CLIENT_ID=${TOKEN.client_id}$`, "m"));
  assert.match(stdout, /^ {2}MICROSOFT_TENANT=common$/m);
  assert.doesNotMatch(stdout, /MICROSOFT_LOGIN_URL/);
  assert.match(
    stdout,
    /9188040d-6c67-4c5b-b112-36a304b66dad, is the tenant of all personal Microsoft accounts/,
  );
  assert.match(stdout, /delete it/);
});

test("a connection may be named", async () => {
  const { line, stdout } = await importing(TOKEN, "--connection", "coach");
  assert.equal(await line.secrets.get("microsoft-refresh-token-coach"), TOKEN.refresh_token);
  assert.equal(await line.secrets.get("microsoft-refresh-token-default"), undefined);
  assert.match(stdout, /^ {2}microsoft-refresh-token-coach$/m);
});

test("a work account's tenant and a national cloud become settings", async () => {
  const token_uri = "https://login.microsoftonline.us/contoso.onmicrosoft.com/oauth2/v2.0/token";
  const { stdout } = await importing({
    ...TOKEN,
    token_uri,
    tenant_id: "aaaaaaaa-0000-0000-0000-000000000000",
  });
  assert.match(stdout, /^ {2}MICROSOFT_TENANT=contoso\.onmicrosoft\.com$/m);
  assert.match(stdout, /^ {2}MICROSOFT_LOGIN_URL=https:\/\/login\.microsoftonline\.us$/m);
  assert.doesNotMatch(stdout, /personal/);
});

test("a file with only what is needed will do", async () => {
  const { refresh_token, client_id, client_secret } = TOKEN;
  const { code, stdout } = await importing({ refresh_token, client_id, client_secret });
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}MICROSOFT_TENANT=common$/m);
});

test("a file an editor has begun with a byte order mark will do", async () => {
  assert.equal((await importing(`\uFEFF${JSON.stringify(TOKEN)}`)).code, 0);
});

test("every field that is missing, empty or still a placeholder is named, and nothing is stored", async () => {
  const { line, code, stderr } = await importing({ refresh_token: "", client_secret: "<MY_CLIENT_SECRET>" });
  assert.equal(code, 1);
  assert.match(stderr, /^Nothing was stored\. .*token\.json is not a token file:\n/);
  assert.match(stderr, /^ {2}refresh_token is empty$/m);
  assert.match(stderr, /^ {2}client_id is missing$/m);
  assert.match(stderr, /^ {2}client_secret is still the placeholder of the example$/m);
  assert.equal(await line.secrets.get("microsoft-client-secret"), undefined);
});

for (const content of ["", "not json: hunter2", "[]"]) {
  test(`${JSON.stringify(content)} is no token file`, async () => {
    const { code, stderr } = await importing(content);
    assert.equal(code, 1);
    assert.match(stderr, /it is not a JSON object/);
  });
}

test("replacing another app's secret is said aloud", async () => {
  const { line } = await importing(TOKEN);
  const file = path.join(line.folder, "token.json");
  assert.doesNotMatch((await line.run([file])).stdout, /replaced/);
  await writeFile(file, JSON.stringify({ ...TOKEN, client_secret: "another" }));
  assert.match((await line.run([file])).stdout, /The client secret that was there is replaced/);
});

test("a wrong call is answered with how the command is called", async () => {
  const { run } = await commandLine("secrets-import.ts");
  for (const args of [[], ["a", "b"], ["a", "--conection", "x"], ["a", "--connection", "Not A Name"]]) {
    const { code, stderr } = await run(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, /Usage: npm run secrets:import -- token\.json \[--connection NAME\]/);
  }
});

test("a file that is not there is named", async () => {
  const { run } = await commandLine("secrets-import.ts");
  const { code, stderr } = await run(["/nowhere/token.json"]);
  assert.equal(code, 1);
  assert.match(stderr, /^\/nowhere\/token\.json cannot be read: ENOENT[^\n]*\n$/);
});
