import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, suite, test } from "node:test";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import fc from "fast-check";
import { readToken } from "../../infra/local/emulators/access-token.ts";
import { type Azurite, startAzurite } from "../../infra/local/emulators/azurite.ts";
import { startEmulator } from "../../infra/local/emulators/emulator.ts";
import { startManagedIdentity } from "../../infra/local/emulators/managed-identity.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";
import { configBlobs } from "../../shared/config/config-blobs.ts";
import { ConfigSourceError } from "../../shared/config/config-folder.ts";
import { openConfigSource } from "../../shared/config/open-config-source.ts";
import { SettingsError } from "../../shared/config/settings.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { startStorageProxy, type StorageProxy } from "./storage-proxy.ts";

const clock = fakeClock("2026-11-03T04:00:00Z");

suite("the configuration in a blob container", () => {
  let azurite: Azurite;
  let proxy: StorageProxy;
  let container: ContainerClient;
  let env: { AzureWebJobsStorage: string };
  const put = (name: string, text: string): Promise<unknown> =>
    container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));

  before(async () => {
    azurite = await startAzurite();
    proxy = await startStorageProxy(azurite.connectionString);
    env = { AzureWebJobsStorage: proxy.connectionString };
    const account = BlobServiceClient.fromConnectionString(proxy.connectionString);
    container = account.getContainerClient("config");
    await container.create();
    await account.getContainerClient("private").create();
    await account.getContainerClient("private").getBlockBlobClient("token").upload("secret", 6);
    await put("teams/sharks.json", "{}");
    await put("teams/bots.json", "{}");
    await put("teams/old/gone.json", "{}");
    await put("conf/mail-pattern.txt", "Subject: Zoë 🦈");
  });
  after(async () => {
    await proxy.close();
    await azurite.close();
  });

  test("lists the files of a folder by name, and none of a folder that is not there", async () => {
    const source = openConfigSource({ ...env, CONFIG_DIR: container.url }, { clock });
    assert.equal(source.place, container.url);
    assert.deepEqual(await source.list("teams"), ["bots.json", "sharks.json"]);
    assert.deepEqual(await source.list("spaces"), []);
  });

  test("reads a file, and tells one that is not there", async () => {
    const source = openConfigSource({ ...env, CONFIG_DIR: container.url }, { clock });
    assert.equal(await source.read("conf/mail-pattern.txt"), "Subject: Zoë 🦈");
    assert.equal(await source.read("./conf/../conf/mail-pattern.txt"), "Subject: Zoë 🦈");
    assert.equal(await source.read("conf/other.txt"), undefined);
  });

  test("fetches a file again only when somebody has edited it", async () => {
    const source = openConfigSource({ ...env, CONFIG_DIR: container.url }, { clock });
    await put("edited.txt", "one");
    await source.read("edited.txt");
    proxy.answers.length = 0;
    assert.equal(await source.read("edited.txt"), "one");
    await put("edited.txt", "two");
    assert.equal(await source.read("edited.txt"), "two");
    await container.deleteBlob("edited.txt");
    assert.equal(await source.read("edited.txt"), undefined);
    await put("edited.txt", "one");
    assert.equal(await source.read("edited.txt"), "one");
    assert.deepEqual(
      proxy.answers.filter(({ method }) => method === "GET").map(({ status }) => status),
      [304, 200, 404, 200],
    );
  });

  for (const file of [
    "../private/token",
    "a/../../private/token",
    "..\\private\\token",
    "/private/token",
    "..",
  ]) {
    test(`does not leave the container for ${file}`, async () => {
      const source = openConfigSource({ ...env, CONFIG_DIR: container.url }, { clock });
      proxy.answers.length = 0;
      await assert.rejects(source.read(file), /lies outside of/);
      await assert.rejects(source.list(file), ConfigSourceError);
      assert.equal(proxy.answers.length, 0);
    });
  }

  test("asks for nothing outside of the container, whatever the file is called", async () => {
    const source = openConfigSource({ ...env, CONFIG_DIR: container.url }, { clock });
    proxy.answers.length = 0;
    const part = fc.oneof(fc.constantFrom("..", ".", "private", "%2e%2e", "\\", "?", "#", ""), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), async (parts) => {
        await source.read(parts.join("/")).catch(() => undefined);
      }),
      { numRuns: 200 },
    );
    const root = new URL(`${container.url}/`).pathname;
    const outside = proxy.answers.filter(({ path }) => !new URL(path, proxy.url).pathname.startsWith(root));
    assert.deepEqual(outside, []);
  });

  test("says what to do when the container is not there", async () => {
    const source = openConfigSource(
      { ...env, CONFIG_DIR: container.url.replace("/config", "/elsewhere") },
      { clock },
    );
    await assert.rejects(source.read("teams/bots.json"), (error: Error) => {
      assert.ok(error instanceof ConfigSourceError);
      assert.match(error.message, /elsewhere\/teams\/bots\.json cannot be read: there is no such container/);
      return true;
    });
  });

  test("says which role is missing when the identity may not read", async () => {
    proxy.refuseWith = 403;
    const source = openConfigSource({ ...env, CONFIG_DIR: container.url }, { clock });
    await assert.rejects(source.list("teams"), /Give it the role Storage Blob Data Reader/);
    proxy.refuseWith = undefined;
  });

  test("in another account is asked for with the identity, and never over plain http", async () => {
    const elsewhere = `${new URL(container.url).origin}/otheraccount/config`;
    const source = configBlobs(elsewhere, {
      clock,
      connectionString: env.AzureWebJobsStorage,
      credential: {
        getToken: () => Promise.resolve({ token: "t", expiresOnTimestamp: Date.now() + 3_600_000 }),
      },
    });
    proxy.answers.length = 0;
    await assert.rejects(source.list("teams"), ConfigSourceError);
    assert.equal(proxy.answers.length, 0);
  });
});

test("a list that takes several answers is read to its end", async (t) => {
  const pages: Record<string, string> = {
    "": "<Blobs><Blob><Name>teams/a.json</Name></Blob></Blobs><NextMarker>more</NextMarker>",
    more: "<Blobs><Blob><Name>teams/b.json</Name></Blob></Blobs><NextMarker/>",
  };
  const server = createServer((incoming, outgoing) => {
    const marker = new URL(incoming.url ?? "", "http://localhost").searchParams.get("marker") ?? "";
    outgoing.setHeader("content-type", "application/xml");
    outgoing.end(`<?xml version="1.0"?><EnumerationResults>${pages[marker]}</EnumerationResults>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/account`;
  const AzureWebJobsStorage = `DefaultEndpointsProtocol=http;AccountName=account;AccountKey=a2V5;BlobEndpoint=${endpoint}`;
  const source = openConfigSource({ AzureWebJobsStorage, CONFIG_DIR: `${endpoint}/config` }, { clock });
  assert.deepEqual(await source.list("teams"), ["a.json", "b.json"]);
});

test("a container is read with the app's identity where there is no connection string", async (t) => {
  const key = "shared with the login service";
  const tenant = "11111111-1111-4111-8111-111111111111";
  const identity = await startManagedIdentity({ tokenKey: key, tenant, clientId: "rollcall-app" });
  Object.assign(process.env, identity.environment);
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const asked: string[] = [];
  const storage = await startEmulator(
    "storage",
    { certificate, host: "account.storage.localhost" },
    ({ headers, path }) => {
      const token = readToken(headers.authorization?.replace("Bearer ", "") ?? "", key);
      asked.push(`${path} for ${token?.audience}`);
      return { status: 200, headers: { etag: '"1"', "content-length": "2" }, body: "{}" };
    },
  );
  t.after(() => Promise.all([identity.close(), storage.close()]));
  const source = openConfigSource({ CONFIG_DIR: `${storage.url}/config` }, { clock });
  assert.equal(await source.read("teams/bots.json"), "{}");
  assert.deepEqual(asked, ["/config/teams/bots.json for https://storage.azure.com"]);
});

for (const [what, configDir, expected] of [
  ["no container", "https://account.blob.core.windows.net/", /not one of a blob container/],
  ["no host", "https://", /not one of a blob container/],
  ["a password", "https://user:pass@account.blob.core.windows.net/config", /not one of a blob container/],
  ["a signature", "https://account.blob.core.windows.net/config?sv=2024&sig=s3cret", /has a query/],
  ["no encryption", "http://account.blob.core.windows.net/config", /is an http URL/],
] as const) {
  test(`a CONFIG_DIR with ${what} is refused, and not repeated`, () => {
    assert.throws(
      () => openConfigSource({ CONFIG_DIR: configDir }, { clock }),
      (error: Error) => {
        assert.ok(error instanceof SettingsError);
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /s3cret|pass@/);
        return true;
      },
    );
  });
}

test("a CONFIG_DIR that is no URL is a folder", async () => {
  assert.deepEqual(await openConfigSource({ CONFIG_DIR: "config" }, { clock }).list("teams"), [
    "mantabots.json",
    "sharkbots.json",
  ]);
});
