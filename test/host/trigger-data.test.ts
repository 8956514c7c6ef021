import assert from "node:assert/strict";
import { test } from "node:test";
import type { QueueFunction } from "../../infra/local/host/indexing.ts";
import { invocationRequest, queueData } from "../../infra/local/host/trigger-data.ts";

const queue: QueueFunction = {
  trigger: "queue",
  name: "registration-worker",
  functionId: "registration-worker",
  bindingName: "queueTrigger1",
  queueName: "registrations",
  connection: "AzureWebJobsStorage",
};

test("a queue message is passed with what the service says of it", () => {
  const data = queueData(queue, {
    id: "an-id",
    text: '{"team":"mantabots"}',
    dequeueCount: 3,
    insertedAt: new Date("2026-11-03T04:00:00Z"),
    expiresAt: new Date("2026-11-10T04:00:00Z"),
    nextVisibleAt: new Date("2026-11-03T04:10:00.500Z"),
    popReceipt: "a-receipt",
  });
  assert.equal(data.reason, "New queue message detected on 'registrations'.");
  const { inputData, triggerMetadata, functionId } = invocationRequest("an-invocation", queue, data);
  assert.equal(functionId, "registration-worker");
  assert.deepEqual(inputData, [{ name: "queueTrigger1", data: { string: '{"team":"mantabots"}' } }]);
  assert.deepEqual(triggerMetadata, {
    QueueTrigger: { string: '{"team":"mantabots"}' },
    Id: { string: "an-id" },
    PopReceipt: { string: "a-receipt" },
    DequeueCount: { json: "3" },
    InsertionTime: { json: '"2026-11-03T04:00:00+00:00"' },
    ExpirationTime: { json: '"2026-11-10T04:00:00+00:00"' },
    NextVisibleTime: { json: '"2026-11-03T04:10:00.500+00:00"' },
  });
});

test("an invocation that comes without a trace begins one", () => {
  const { traceContext } = invocationRequest("an-invocation", queue, { reason: "", input: { string: "" } });
  assert.match(traceContext.traceParent, /^00-[\da-f]{32}-[\da-f]{16}-00$/);
});
