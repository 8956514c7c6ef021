import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { readHostJson } from "../../infra/local/host/host-json.ts";
import type { HostSettings } from "../../infra/local/host/host-json.ts";

async function read(t: TestContext, json: object): Promise<HostSettings> {
  const folder = await mkdtemp(join(tmpdir(), "host-json-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "host.json"), JSON.stringify({ version: "2.0", ...json }));
  return readHostJson(folder);
}

test("what host.json leaves out is as in the cloud", async (t) => {
  assert.deepEqual(await read(t, {}), {
    routePrefix: "api",
    functionTimeoutMs: 300_000,
    hasExtensionBundle: false,
    queues: {
      batchSize: 16,
      newBatchThreshold: 8,
      maxDequeueCount: 5,
      visibilityTimeoutMs: 0,
      maxPollingIntervalMs: 60_000,
      messageEncoding: "base64",
    },
  });
});

test("a function may run for ever, or for days", async (t) => {
  assert.equal((await read(t, { functionTimeout: "-1" })).functionTimeoutMs, undefined);
  assert.equal((await read(t, { functionTimeout: "1.02:03:04.5" })).functionTimeoutMs, 93_784_500);
});

test("the settings of queues are read", async (t) => {
  const queues = {
    batchSize: 32,
    newBatchThreshold: 0,
    maxDequeueCount: 1,
    visibilityTimeout: "7.00:00:00",
    maxPollingInterval: "00:00:00.1",
    messageEncoding: "None",
  };
  assert.deepEqual((await read(t, { extensions: { queues } })).queues, {
    batchSize: 32,
    newBatchThreshold: 0,
    maxDequeueCount: 1,
    visibilityTimeoutMs: 604_800_000,
    maxPollingIntervalMs: 100,
    messageEncoding: "none",
  });
});

for (const [name, value] of [
  ["batchSize", 33],
  ["newBatchThreshold", -1],
  ["maxDequeueCount", 0],
  ["visibilityTimeout", "7.00:00:01"],
  ["maxPollingInterval", "00:00:00.09"],
  ["messageEncoding", "hex"],
] as const) {
  test(`a mistake in ${name} is named`, async (t) => {
    await assert.rejects(read(t, { extensions: { queues: { [name]: value } } }), {
      name: "HostJsonError",
      message: new RegExp(`extensions\\.queues\\.${name}`),
    });
  });
}
