import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { TableClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";

suite("Azurite in the local stack", () => {
  let directory: string;
  let certificateFile: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "azurite-"));
    ({ certificateFile } = await ensureCertificates(LOCAL_CERTIFICATES));
  });
  after(() => rm(directory, { recursive: true }));

  test("serves blobs, tables and queues over TLS, and keeps them over a restart", async () => {
    const first = await startAzurite({ certificateFile, location: directory });
    const blobs = BlobServiceClient.fromConnectionString(first.connectionString);
    const container = blobs.getContainerClient("reports");
    await container.create();
    await container.getBlockBlobClient("one.json").upload("{}", 2);
    const table = TableClient.fromConnectionString(first.connectionString, "runs");
    await table.createTable();
    await table.createEntity({ partitionKey: "team", rowKey: "1", status: "ok" });
    const [, queues = ""] = /QueueEndpoint=([^;]*)/.exec(first.connectionString) ?? [];
    assert.match(queues, /^https:/);
    const unsigned = await fetch(`${queues}?comp=list`);
    assert.equal(unsigned.status, 403);
    await unsigned.arrayBuffer();
    await first.close();

    const second = await startAzurite({ certificateFile, location: directory });
    const kept = TableClient.fromConnectionString(second.connectionString, "runs");
    assert.equal((await kept.getEntity("team", "1"))["status"], "ok");
    const blob = BlobServiceClient.fromConnectionString(second.connectionString)
      .getContainerClient("reports")
      .getBlobClient("one.json");
    assert.equal((await blob.downloadToBuffer()).toString(), "{}");
    await second.close();
  });

  test("ends when its parent is killed", async () => {
    const script = join(directory, "parent.ts");
    const module = new URL("../../infra/local/emulators/azurite.ts", import.meta.url).href;
    await writeFile(
      script,
      `import { startAzurite } from ${JSON.stringify(module)};
       const { connectionString } = await startAzurite();
       console.log(connectionString);
       setInterval(() => undefined, 1000);`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const [, blobs = ""] = /BlobEndpoint=([^;]*)/.exec(line.toString()) ?? [];
    assert.equal((await fetch(blobs)).status, 400);
    parent.kill("SIGKILL");
    await assert.rejects(async () => {
      for (;;) await (await fetch(blobs)).arrayBuffer();
    }, TypeError);
  });

  test("says why it could not start", async () => {
    const missing = join(directory, "missing.pem");
    await assert.rejects(
      startAzurite({ certificateFile: missing }),
      /Azurite did not start: .*missing\.pem/s,
    );
  });
});
