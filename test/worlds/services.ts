import { after, type TestContext } from "node:test";
import { TableServiceClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import type { AccountSeed } from "../../infra/local/emulators/graph/seed.ts";
import { type ImapEmulator, startImap } from "../../infra/local/emulators/imap/server.ts";
import { PERSONAL_TENANT } from "../../infra/local/emulators/microsoft-login/directory.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { type SmtpEmulator, startSmtp } from "../../infra/local/emulators/smtp.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";
import { contractObserver } from "../contracts/contract-check.ts";

export const COACH = "coach@mantabots.example";
export const CLIENT_ID = "11111111-2222-3333-4444-555555555555";
export const CLIENT_SECRET = "the-client-secret";
/** The account of a team that mails through its own provider. */
export const SENDER = { user: "team@sharkbots.example", password: "the-mail-password" };
/** As many providers name it: the copy goes where the flag is, not where the name is. */
export const SENT_FOLDER = "Gesendete Objekte";

export interface Services {
  login: MicrosoftLogin;
  graph: Graph;
  smtp: SmtpEmulator;
  imap: ImapEmulator;
  blobs: BlobServiceClient;
  connectionString: string;
}

const { certificate, certificateFile } = await ensureCertificates(LOCAL_CERTIFICATES);
/** One for all tests of a process: it takes longer to start than all the rest. */
const azurite = await startAzurite({ certificateFile });
after(() => azurite.close());

/** All that Rollcall talks to, empty but for one account. Ends with the test, which fails if the contract with Graph was broken. */
export async function startServices(
  t: TestContext,
  clock: { now(): Date },
  account: AccountSeed,
): Promise<Services> {
  const contract = contractObserver("msgraph");
  const login = await startMicrosoftLogin({
    certificate,
    clock,
    tenants: [],
    accounts: [{ userPrincipalName: COACH, displayName: account.displayName, tenant: PERSONAL_TENANT }],
    clients: [{ id: CLIENT_ID, name: "Rollcall", secrets: [{ value: CLIENT_SECRET }], redirectUris: [] }],
  });
  const graph = await startGraph({
    certificate,
    clock,
    readToken: login.readToken,
    seed: { accounts: [account] },
    onExchange: contract.onExchange,
  });
  const smtp = await startSmtp({ certificate, clock, accounts: [SENDER] });
  const folders = [{ path: "INBOX" }, { path: "Sent" }, { path: SENT_FOLDER, specialUse: "\\Sent" }];
  const imap = await startImap({ certificate, clock, accounts: [SENDER], folders });
  const { connectionString } = azurite;
  t.after(async () => {
    await Promise.all([login, graph, smtp, imap].map((service) => service.close()));
    await emptyStorage(connectionString);
    contract.assertClean();
  });
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  return { login, graph, smtp, imap, blobs, connectionString };
}

async function emptyStorage(connectionString: string): Promise<void> {
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  for await (const { name } of blobs.listContainers()) await blobs.deleteContainer(name);
  const tables = TableServiceClient.fromConnectionString(connectionString);
  for await (const { name } of tables.listTables()) if (name) await tables.deleteTable(name);
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  for await (const { name } of queues.listQueues()) await queues.deleteQueue(name);
}
