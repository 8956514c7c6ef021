import assert from "node:assert/strict";
import { test } from "node:test";
import { InvocationContext } from "@azure/functions";
import { answering } from "../../functions/answers.ts";
import { ConfigSourceError } from "../../shared/config/config-folder.ts";
import { SettingsError } from "../../shared/config/settings.ts";
import { SecretDisabledError, SecretStoreError } from "../../shared/secrets/secret-store.ts";

const restError = Object.assign(new Error("The account sales1 is not to be reached."), { name: "RestError" });

test("what a service is not there for is a 503 with what to do, and what nobody expected a 500 that tells nothing", async () => {
  for (const [error, status, detail] of [
    [
      new SecretStoreError("The Key Vault https://v.example did not get x"),
      503,
      /secret store.*health\/detail/u,
    ],
    [new SecretDisabledError("The Key Vault https://v.example did not get x"), 503, /secret store/u],
    [restError, 503, /storage account \(AzureWebJobsStorage\)/u],
    [new SettingsError("MEDIATOR_URL is missing."), 503, /MEDIATOR_URL/u],
    [new ConfigSourceError("CONFIG_DIR is away."), 503, /CONFIG_DIR/u],
    [new Error("https://v.example, x, sales1"), 500, /the log has it under the-invocation/u],
  ] as const) {
    const lines: unknown[] = [];
    const logHandler = (_level: unknown, ...words: unknown[]): number => lines.push(...words);
    const context = new InvocationContext({
      invocationId: "the-invocation",
      functionName: "any",
      logHandler,
    });
    const answer = await answering(context, () => Promise.reject(error));
    assert.equal(answer.status, status, error.name);
    assert.ok(typeof answer.body === "string");
    const told = JSON.parse(answer.body) as { detail: string };
    assert.match(told.detail, detail);
    assert.doesNotMatch(told.detail, /v\.example|sales1/u);
    assert.match(lines.join("\n"), new RegExp(error.name, "u"));
  }
});
