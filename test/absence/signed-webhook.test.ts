import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import {
  webhookBody,
  webhookHeaders,
  type WebhookNews,
  WebhookSecretError,
} from "../../shared/absence/signed-webhook.ts";
import { repliesOf } from "./plan-walk.ts";

const NOW = new Date("2026-11-02T08:00:00.900Z");

suite("a signed webhook", () => {
  // The example of the reference implementations.
  test("is signed as the specification's own example", () => {
    const headers = webhookHeaders(
      { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: '{"test": 2432232314}', now: new Date(1614265330_000) },
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    );
    assert.deepEqual(headers, {
      "content-type": "application/json",
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  test("is signed over its id, its time and its body", () => {
    const key = Buffer.alloc(32, 7);
    for (const secret of [
      `whsec_${key.toString("base64")}`,
      ` ${key.toString("base64").replace("=", "")}\n`,
    ]) {
      const headers = webhookHeaders({ id: "msg_1", body: '{"é":1}', now: NOW }, secret);
      const signed = createHmac("sha256", key).update('msg_1.1793606400.{"é":1}').digest("base64");
      assert.equal(headers["webhook-signature"], `v1,${signed}`);
    }
  });

  for (const [says, secret] of [
    ["nothing", ""],
    ["a password", "correct horse battery staple"],
    ["too few bytes", Buffer.alloc(23).toString("base64")],
    ["too many", Buffer.alloc(65).toString("base64")],
    ["a prefix alone", "whsec_"],
  ] as const) {
    test(`is not signed with ${says}, and the error does not say what it was`, () => {
      assert.throws(
        () => webhookHeaders({ id: "msg_1", body: "{}", now: NOW }, secret),
        (error) =>
          error instanceof WebhookSecretError && (secret.length < 7 || !error.message.includes(secret)),
      );
    });
  }

  const news: WebhookNews = {
    email: "ada@example.com",
    away: true,
    replies: repliesOf("alwaysEnabled", { audience: "none", internal: "<p>in &amp; out</p>" }),
    at: "2026-11-02T08:00:00.000Z",
  };

  test("carries both texts, and the audience", () => {
    assert.deepEqual(JSON.parse(webhookBody(news)), {
      email: "ada@example.com",
      away: true,
      audience: "none",
      internal: "in & out",
      external: "out",
      at: "2026-11-02T08:00:00.000Z",
    });
  });

  test("carries the window, when there is one, in UTC", () => {
    const window = { start: new Date("2026-11-02T08:00:00Z"), end: new Date("2026-11-06T17:00:00Z") };
    const body = webhookBody({ ...news, replies: repliesOf("scheduled", { window }) });
    assert.deepEqual((JSON.parse(body) as { window: unknown }).window, {
      start: "2026-11-02T08:00:00.000Z",
      end: "2026-11-06T17:00:00.000Z",
    });
  });
});
