/**
 * `npm start [-- --once] [--fresh]`: the whole of Rollcall on this machine. Starts the embedded stack and the function
 * app, connects the sample accounts, runs one registration pass through its HTTP trigger, and prints what came of it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Run } from "../../shared/registration/run.ts";
import { systemClock } from "../../shared/clock.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import {
  mailPassword,
  microsoftRefreshToken,
  SECRETS,
  webexRefreshToken,
} from "../../shared/secrets/secret-names.ts";
import { connectAccount } from "./connect-account.ts";
import { functionTable } from "./host/function-table.ts";
import { startHost } from "./host/host.ts";
import { localKeys } from "./local-keys.ts";
import { type OutboxMail, readOutbox, serveOutbox } from "./outbox.ts";
import { printReport } from "./print-report.ts";
import { printGreeting } from "./print-greeting.ts";
import {
  CLIENT_SECRET,
  MAIL_ACCOUNT,
  MAIL_PORTS,
  MEDIATOR_TOKEN,
  WEBEX_CLIENT_SECRET,
} from "./samples/directory.ts";
import { SAMPLE_ACCOUNT } from "./samples/mailbox.ts";
import { SAMPLE_ADMINISTRATOR } from "./samples/organization.ts";
import { startLocalStack } from "./stack.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = path.join(PROJECT, ".local");
const PORT = Number(process.env["PORT"] || 7071);
const OUTBOX_PORT = 7072;

const { values: options } = parseArgs({ options: { once: { type: "boolean" }, fresh: { type: "boolean" } } });
for (const port of [PORT, OUTBOX_PORT, ...Object.values(MAIL_PORTS)]) await refuseTaken(port);
if (options.fresh) await forget();

const publicUrl = `http://localhost:${PORT}`;
const stack = await startLocalStack({ folder: FOLDER, publicUrl, onGreeting: printGreeting });
// The Azure libraries read the managed identity's endpoint from the environment of the process.
Object.assign(process.env, stack.settings);
await setSecrets();

const keys = await localKeys(path.join(FOLDER, "host-keys.json"));
const host = await startHost({ appRoot: PROJECT, port: PORT, ...keys });
const consentUrl = {
  microsoft: `${host.url}/api/oauth/microsoft/start?code=${keys.hostKey}`,
  webex: `${host.url}/api/oauth/webex/start?code=${keys.hostKey}&capability=membership`,
};
await connectSamples();
const outbox = await serveOutbox(OUTBOX_PORT, mails, { smtp: stack.smtp.faults, imap: stack.imap.faults });
const ended = options.once
  ? undefined
  : new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));

const before = new Set((await mails()).map(({ messageId, sentAt }) => messageId + sentAt));
const answer = await fetch(`${host.url}/api/registrations/run`, {
  method: "POST",
  headers: { "x-functions-key": keys.hostKey },
});
const { runs = [] } = (await answer.json()) as { runs?: Run[] };
const sent = (await mails()).filter(({ messageId, sentAt }) => !before.has(messageId + sentAt));
console.log(functionTable(host.functions, host.errors, host.url));
printReport(runs, sent);
console.log(`Mail that was sent:   ${outbox.url}`);

if (ended) {
  console.log(`Connect an account:   ${consentUrl.microsoft}`);
  console.log(`                      ${consentUrl.webex}`);
  console.log(`Past runs:            ${host.url}/api/registrations/runs?code=${keys.hostKey}`);
  console.log(`Another run:          curl -X POST '${host.url}/api/registrations/run?code=${keys.hostKey}'`);
  const sync = `'${host.url}/api/memberships/sync?code=${keys.hostKey}'`;
  console.log(`Dry run of the sync:  curl -X POST -d '{"dryRun":true}' ${sync}`);
  console.log(`The sync itself:      curl -X POST ${sync}`);
  console.log(`Past syncs:           ${host.url}/api/memberships/runs?code=${keys.hostKey}`);
  console.log(`Who is away:          ${host.url}/api/monitor?code=${keys.hostKey}`);
  console.log(`                      ${host.url}/api/monitor/away.ics?code=${keys.hostKey}`);
  console.log(`Voice mail:           ${stack.mediator.url} (whom to watch; the greetings are printed here)`);
  console.log(
    `Somebody leaves:      curl -k -d '["rafael.ibanez@mantabots.example",{"status":"alwaysEnabled","externalReplyMessage":"Out for lunch"}]' ${stack.graph.url}/_control/automaticReplies`,
  );
  console.log(
    `Fire a timer:         curl -X POST -H 'x-functions-key: ${keys.masterKey}' -H 'content-type: application/json' -d '{}' ${host.url}/admin/functions/registration-pass`,
  );
  console.log(
    "\nTo see how it copes, POST latency and faults to /_control of an emulator (infra/local/emulators/control.ts):",
  );
  for (const [name, url] of Object.entries(stack.urls)) console.log(`  ${name.padEnd(18)} ${url}/_control`);
  for (const name of ["smtp", "imap"]) console.log(`  ${name.padEnd(18)} ${outbox.url}/_control/${name}`);
  console.log(`\nRollcall is listening on ${host.url}; Ctrl-C ends it.`);
  await ended;
}
await host.close();
await outbox.close();
await stack.close();
process.exitCode = answer.status === 200 ? 0 : 1;

function mails(): Promise<OutboxMail[]> {
  return readOutbox(stack, [SAMPLE_ACCOUNT]);
}

/** Before anything is touched: the state may be that of a start that is still up. */
async function refuseTaken(port: number): Promise<void> {
  const probe = createServer();
  try {
    probe.listen(port, "127.0.0.1");
    await once(probe, "listening");
    probe.close();
    await once(probe, "close");
  } catch {
    console.error(`Port ${port} is in use, perhaps by another \`npm start\`. End it first.`);
    process.exit(1);
  }
}

/** The certificates stay: this process trusts the authority it was started with. */
async function forget(): Promise<void> {
  for (const name of ["state", "azurite", "host-keys.json"]) {
    await rm(path.join(FOLDER, name), { recursive: true, force: true });
  }
}

/** As an operator sets them, with the command for it. */
async function setSecrets(): Promise<void> {
  const values = {
    [SECRETS.microsoftClientSecret]: CLIENT_SECRET,
    [SECRETS.webexClientSecret]: WEBEX_CLIENT_SECRET,
    [SECRETS.mediatorToken]: MEDIATOR_TOKEN,
    [mailPassword("sharkbots")]: MAIL_ACCOUNT.password,
  };
  const secrets = secretStoreFrom(process.env, { clock: systemClock });
  for (const [name, value] of Object.entries(values)) {
    if ((await secrets.get(name)) === undefined) await command("secrets-set.ts", [name], value);
  }
}

/** Once per state: through the app's own consent flow, as their owners connect them. */
async function connectSamples(): Promise<void> {
  const secrets = secretStoreFrom(process.env, { clock: systemClock });
  const samples = [
    { token: microsoftRefreshToken("default"), url: consentUrl.microsoft, account: SAMPLE_ACCOUNT },
    { token: webexRefreshToken("default"), url: consentUrl.webex, account: SAMPLE_ADMINISTRATOR },
  ];
  for (const { token, url, account } of samples) {
    if ((await secrets.get(token)) === undefined) await connectAccount(url, account);
  }
}

async function command(script: string, parameters: string[], input = ""): Promise<void> {
  const child = spawn(process.execPath, [path.join(PROJECT, "infra", "commands", script), ...parameters], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(input);
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${script} failed; see above.`);
}
