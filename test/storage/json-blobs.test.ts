import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { jsonBlobs } from "../../shared/storage/json-blobs.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

/** A storage account where a document grows each time that somebody asks for anything of it. */
const requests: string[] = [];
const server = createServer((request, response) => {
  const { method = "", url = "" } = request;
  if (method === "PUT") {
    response.writeHead(201).end();
    return;
  }
  requests.push(`${method} ${url.split("?", 1)[0]}`);
  const text = JSON.stringify({ grown: "o".repeat(100 * requests.length) });
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    etag: `"${requests.length}"`,
    "x-ms-version": "2025-01-05",
  });
  response.end(method === "HEAD" ? undefined : text);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => server.close());

test("a document that is written while it is read is read whole, as it was or as it is", async () => {
  const { port } = server.address() as AddressInfo;
  const storage = storageAccountFrom(
    {
      AzureWebJobsStorage: `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${btoa("key")};BlobEndpoint=http://127.0.0.1:${port}/devstoreaccount1;`,
    },
    { clock: fakeClock("2026-11-03T04:00:00Z", { auto: true }) },
  );
  const document = await jsonBlobs(storage, "membership").read("running/all-hands/1.json");
  assert.deepEqual(document, { grown: "o".repeat(100) });
  assert.deepEqual(requests, ["GET /devstoreaccount1/membership/running/all-hands/1.json"]);
});
