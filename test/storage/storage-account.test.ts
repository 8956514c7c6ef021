import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { readToken } from "../../infra/local/emulators/access-token.ts";
import { startEmulator } from "../../infra/local/emulators/emulator.ts";
import { startManagedIdentity } from "../../infra/local/emulators/managed-identity.ts";
import { ensureCertificates } from "../../infra/local/tls.ts";
import { type StorageAccount, storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const { certificate, certificateFile } = await ensureCertificates(
  fileURLToPath(new URL("../../.local/tls", import.meta.url)),
);
const servers: { close(): unknown }[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

const clock = fakeClock("2026-11-03T04:00:00Z", { auto: true });
const account = (env: Record<string, string>): StorageAccount => storageAccountFrom(env, { clock });

for (const [protocol, options] of [
  ["http", {}],
  ["https", { certificateFile }],
] as const) {
  suite(`over ${protocol}`, async () => {
    const azurite = await startAzurite(options);
    servers.push(azurite);
    const { connectionString: AzureWebJobsStorage } = azurite;

    test("a table is made when it is first asked for, and is there for the next process", async () => {
      const table = await account({ AzureWebJobsStorage }).table("runs");
      await table.createEntity({ partitionKey: "mantabots", rowKey: "1", status: "ok" });
      const again = await account({ AzureWebJobsStorage }).table("runs");
      assert.equal((await again.getEntity<{ status: string }>("mantabots", "1")).status, "ok");
    });

    test("a container is made when it is first asked for, and is there for the next process", async () => {
      const container = await account({ AzureWebJobsStorage }).container("reports");
      await container.getBlockBlobClient("1.json").upload("{}", 2);
      const again = await account({ AzureWebJobsStorage }).container("reports");
      assert.equal((await again.getBlobClient("1.json").downloadToBuffer()).toString(), "{}");
    });

    test("a queue is made when it is first asked for, and is there for the next process", async () => {
      const queue = await account({ AzureWebJobsStorage }).queue("passes");
      await queue.sendMessage("e30=");
      const again = await account({ AzureWebJobsStorage }).queue("passes");
      const { receivedMessageItems } = await again.receiveMessages();
      assert.deepEqual(
        receivedMessageItems.map(({ messageText }) => messageText),
        ["e30="],
      );
    });

    test("many who ask at once, in several processes, all get it", async () => {
      const accounts = [1, 2, 3].map(() => account({ AzureWebJobsStorage }));
      const tables = accounts.flatMap((each) => [each.table("together"), each.table("together")]);
      const containers = accounts.flatMap((each) => [each.container("together"), each.container("together")]);
      const queues = accounts.flatMap((each) => [each.queue("together"), each.queue("together")]);
      await Promise.all([...tables, ...containers, ...queues]);
    });

    test("within a process it is made once", async () => {
      const each = account({ AzureWebJobsStorage });
      assert.equal(await each.table("once"), await each.table("once"));
      assert.equal(await each.container("once"), await each.container("once"));
      assert.equal(await each.queue("once"), await each.queue("once"));
    });
  });
}

/** A storage service that answers the making of a table, container or queue with each of these, and then with "made". */
async function aBusyService(...refusals: { status: number; code: string }[]): Promise<{
  connectionString: string;
  requests: () => number;
}> {
  let requests = 0;
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    const refusal = refusals[requests];
    requests += 1;
    outgoing.writeHead(refusal?.status ?? 201, {
      "content-type": "application/json",
      ...(refusal ? { "x-ms-error-code": refusal.code } : {}),
    });
    const error = refusal && { code: refusal.code, message: { lang: "en-US", value: refusal.code } };
    outgoing.end(JSON.stringify(error ? { "odata.error": error } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push({ close: () => server.closeAllConnections() ?? server.close() });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/account`;
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=account;AccountKey=a2V5;BlobEndpoint=${url};TableEndpoint=${url};QueueEndpoint=${url}`;
  return { connectionString, requests: () => requests };
}

test("a table, container or queue whose name is still being deleted is waited for", async () => {
  const tables = await aBusyService({ status: 409, code: "TableBeingDeleted" });
  await account({ AzureWebJobsStorage: tables.connectionString }).table("runs");
  assert.equal(tables.requests(), 2);
  const blobs = await aBusyService({ status: 409, code: "ContainerBeingDeleted" });
  await account({ AzureWebJobsStorage: blobs.connectionString }).container("reports");
  assert.equal(blobs.requests(), 2);
  const queues = await aBusyService({ status: 409, code: "QueueBeingDeleted" });
  await account({ AzureWebJobsStorage: queues.connectionString }).queue("passes");
  assert.equal(queues.requests(), 2);
});

test("a failure to make it is thrown, and not remembered", async () => {
  const service = await aBusyService({ status: 403, code: "AuthorizationFailure" });
  const each = account({ AzureWebJobsStorage: service.connectionString });
  await assert.rejects(each.table("runs"), { statusCode: 403 });
  await each.table("runs");
});

test("UseDevelopmentStorage=true is Azurite on its own ports", () => {
  assert.doesNotThrow(() => account({ AzureWebJobsStorage: "UseDevelopmentStorage=true" }));
});

test("without a storage account the error names the settings that bring one", () => {
  for (const env of [
    {},
    { AzureWebJobsStorage: "" },
    { AzureWebJobsStorage__credential: "managedidentity" },
  ]) {
    assert.throws(() => account(env), {
      name: "SettingsError",
      message: /AzureWebJobsStorage is not set.*AzureWebJobsStorage__accountName/,
    });
  }
});

test("with an identity, tables, blobs and queues are asked with its tokens", async () => {
  const identity = await startManagedIdentity({ tokenKey: "key", tenant: "tenant", clientId: "rollcall" });
  const audiences: unknown[] = [];
  const service = await startEmulator(
    "storage",
    { certificate, host: "a.storage.localhost" },
    ({ headers, path }) => {
      const claims = readToken(headers.authorization?.replace("Bearer ", "") ?? "", "key");
      audiences.push(`${path} ${claims?.audience}`);
      return { status: claims ? 201 : 401, body: {} };
    },
  );
  servers.push(identity, service);
  Object.assign(process.env, identity.environment);
  const each = account({
    AzureWebJobsStorage__blobServiceUri: service.url,
    AzureWebJobsStorage__tableServiceUri: service.url,
    AzureWebJobsStorage__queueServiceUri: service.url,
    AzureWebJobsStorage__credential: "managedidentity",
    AzureWebJobsStorage__clientId: "rollcall",
  });
  await each.table("runs");
  await each.container("reports");
  await each.queue("passes");
  assert.deepEqual(
    audiences,
    ["/Tables", "/reports", "/passes"].map((path) => `${path} https://storage.azure.com`),
  );
});

test("with an identity, an account's name or all service addresses will do, over https only", () => {
  account({ AzureWebJobsStorage__accountName: "rollcall" });
  account({
    AzureWebJobsStorage__blobServiceUri: "https://rollcall.blob.core.usgovcloudapi.net",
    AzureWebJobsStorage__tableServiceUri: "https://rollcall.table.core.usgovcloudapi.net",
    AzureWebJobsStorage__queueServiceUri: "https://rollcall.queue.core.usgovcloudapi.net",
  });
  assert.throws(
    () =>
      account({
        AzureWebJobsStorage__blobServiceUri: "https://rollcall.blob.core.usgovcloudapi.net",
        AzureWebJobsStorage__tableServiceUri: "https://rollcall.table.core.usgovcloudapi.net",
      }),
    /AzureWebJobsStorage__queueServiceUri is not set, though the address of another service is/,
  );
  assert.throws(
    () => account({ AzureWebJobsStorage__accountName: "a", AzureWebJobsStorage__blobServiceUri: "http://a" }),
    /AzureWebJobsStorage__blobServiceUri does not give an https address/,
  );
});
