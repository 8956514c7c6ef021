import { mkdir } from "node:fs/promises";
import path from "node:path";
import { startAzurite } from "./emulators/azurite.ts";
import { type Graph, startGraph } from "./emulators/graph/graph.ts";
import { type Mediator, startMediator } from "./emulators/mediator/mediator.ts";
import type { Greeting } from "./emulators/mediator/service.ts";
import { type ImapEmulator, startImap } from "./emulators/imap/server.ts";
import { startKeyVault } from "./emulators/key-vault.ts";
import { startManagedIdentity } from "./emulators/managed-identity.ts";
import { PERSONAL_TENANT } from "./emulators/microsoft-login/directory.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "./emulators/microsoft-login.ts";
import { type SmtpEmulator, startSmtp } from "./emulators/smtp.ts";
import { type Webex, startWebex } from "./emulators/webex/webex.ts";
import * as sample from "./samples/directory.ts";
import { refreshSamples, SAMPLE_ACCOUNT, sampleSeed } from "./samples/mailbox.ts";
import { refreshStaff, sampleVoiceMail } from "./samples/staff.ts";
import { ensureCertificates, type ServerCertificate } from "./tls.ts";

/** Everything outside of Rollcall that it works with, on this machine. */
export interface LocalStack {
  /** The app settings that point the function app at it. */
  settings: Record<string, string>;
  /** Of the services that speak HTTP, by name. */
  urls: Record<string, string>;
  login: MicrosoftLogin;
  webex: Webex;
  graph: Graph;
  mediator: Mediator;
  smtp: SmtpEmulator;
  imap: ImapEmulator;
  close(): Promise<void>;
}

export interface LocalStackOptions {
  /** Where its state is kept over a restart. */
  folder: string;
  /** Where the function app will answer. */
  publicUrl: string;
  /** Called when the voice-mail system switches a greeting. */
  onGreeting?: (greeting: Greeting) => void;
}

/**
 * Starts the services, with a sample account that has a session in the next 24 hours, a sample organization with a space,
 * and colleagues of whom some are away.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { folder, publicUrl, onGreeting } = options;
  const state = (name: string): { stateFile: string } => ({
    stateFile: path.join(folder, "state", `${name}.json`),
  });
  await mkdir(path.join(folder, "state"), { recursive: true });
  const { certificate, certificateFile } = await ensureCertificates(path.join(folder, "tls"));

  const login = await startSampleLogin(certificate, state("login").stateFile, publicUrl);
  const identity = await startManagedIdentity({
    tokenKey: login.tokenKey,
    tenant: sample.WORK_TENANT.id,
    clientId: "5b0ad5b2-6f3d-4c7e-9a70-0c2a53f6b1d4",
  });
  const vault = await startKeyVault({
    certificate,
    ...state("key-vault"),
    loginUrl: login.url,
    tenant: sample.WORK_TENANT.id,
    readToken: login.readToken,
  });
  const graph = await startSampleGraph(certificate, state("graph").stateFile, login);
  const smtp = await startSmtp({
    certificate,
    ...state("smtp"),
    accounts: [sample.MAIL_ACCOUNT],
    port: sample.MAIL_PORTS.smtp,
  });
  const imap = await startImap({
    certificate,
    ...state("imap"),
    accounts: [sample.MAIL_ACCOUNT],
    port: sample.MAIL_PORTS.imap,
  });
  const webex = await startWebex({
    certificate,
    ...state("webex"),
    ...sample.sampleWebex(publicUrl),
  });
  const mediator = await startMediator({
    ...state("mediator"),
    monitorUrl: `${publicUrl}/api/hooks/${sample.MEDIATOR_TOKEN}`,
    users: sampleVoiceMail(),
    ...(onGreeting === undefined ? {} : { onGreeting }),
  });
  const azurite = await startAzurite({ certificateFile, location: path.join(folder, "azurite") });

  return {
    login,
    webex,
    graph,
    mediator,
    smtp,
    imap,
    urls: {
      "microsoft login": login.url,
      "microsoft graph": graph.url,
      "key vault": vault.url,
      webex: webex.url,
      mediator: mediator.url,
    },
    settings: {
      AzureWebJobsStorage: azurite.connectionString,
      KEY_VAULT_URL: vault.url,
      ...identity.environment,
      MICROSOFT_CLIENT_ID: sample.CLIENT_ID,
      MICROSOFT_APP_TENANT: sample.WORK_TENANT.id,
      MICROSOFT_LOGIN_URL: login.url,
      GRAPH_URL: graph.url,
      WEBEX_CLIENT_ID: sample.WEBEX_CLIENT_ID,
      WEBEX_URL: webex.apiUrl,
      MEDIATOR_URL: mediator.url,
      PUBLIC_URL: publicUrl,
    },
    async close() {
      await Promise.all(
        [login, identity, vault, graph, mediator, smtp, imap, webex, azurite].map((service) =>
          service.close(),
        ),
      );
    },
  };
}

/** Knows the personal account that consents, and the app registration: an administrator has allowed it to watch over absences. */
function startSampleLogin(
  certificate: ServerCertificate,
  stateFile: string,
  publicUrl: string,
): Promise<MicrosoftLogin> {
  return startMicrosoftLogin({
    certificate,
    stateFile,
    tenants: [sample.WORK_TENANT],
    accounts: [{ userPrincipalName: SAMPLE_ACCOUNT, displayName: "Camille Martin", tenant: PERSONAL_TENANT }],
    clients: [
      {
        id: sample.CLIENT_ID,
        name: "Rollcall (local)",
        secrets: [{ value: sample.CLIENT_SECRET }],
        redirectUris: [`${publicUrl}/api/oauth/microsoft/callback`],
        roles: ["User.Read.All", "MailboxSettings.Read"],
      },
    ],
  });
}

/** With the sample's mailboxes, in which something is due today. */
async function startSampleGraph(
  certificate: ServerCertificate,
  stateFile: string,
  { readToken }: MicrosoftLogin,
): Promise<Graph> {
  const now = new Date();
  const graph = await startGraph({ certificate, stateFile, readToken, seed: sampleSeed(now) });
  refreshSamples(graph.mailbox(SAMPLE_ACCOUNT), now);
  refreshStaff(graph, sample.WORK_TENANT.id, now);
  await graph.save();
  return graph;
}
