import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLine } from "./run-command-line.ts";

for (const [input, stored] of [
  ["hunter2", "hunter2"],
  ["hunter2\n", "hunter2"],
  ["hunter2\r\n", "hunter2"],
  ["hunter2\n\n", "hunter2\n"],
  [" hunter2 ", " hunter2 "],
] as const) {
  test(`${JSON.stringify(input)} on stdin is stored as ${JSON.stringify(stored)}`, async () => {
    const { run, secrets } = await commandLine("secrets-set.ts");
    const { code, stdout, stderr } = await run(["mail-password-mantabots"], input);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(stdout, `Stored mail-password-mantabots in ${secrets.place}.\n`);
    assert.equal(await secrets.get("mail-password-mantabots"), stored);
  });
}

test("an empty value is refused", async () => {
  const { run, secrets } = await commandLine("secrets-set.ts");
  const { code, stderr } = await run(["session-key"], "\n");
  assert.equal(code, 1);
  assert.match(stderr, /^Nothing was stored: the value of session-key on stdin is empty\.\n$/);
  assert.equal(await secrets.get("session-key"), undefined);
});

test("a name that nothing reads is refused, with the one that was meant", async () => {
  const { run, secrets } = await commandLine("secrets-set.ts");
  const { code, stderr } = await run(["microsoft-clientsecret"], "hunter2");
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^Nothing reads a secret named microsoft-clientsecret\. Did you mean microsoft-client-secret\?/,
  );
  assert.match(stderr, /\n {2}microsoft-refresh-token-<connection>\n/);
  assert.equal(await secrets.get("microsoft-clientsecret"), undefined);
});

for (const args of [[], ["session-key", "hunter2"]]) {
  test(`${args.length} arguments are answered with how the command is called`, async () => {
    const { run } = await commandLine("secrets-set.ts");
    const { code, stderr } = await run(args, "value");
    assert.equal(code, 2);
    assert.match(stderr, /^Usage: npm run secrets:set -- NAME, with the value on stdin/);
    assert.doesNotMatch(stderr, /hunter2/);
  });
}

test("a store that cannot be opened is one line, and not a stack", async () => {
  const { run } = await commandLine("secrets-set.ts", { WEBSITE_HOSTNAME: "rollcall.azurewebsites.net" });
  const { code, stdout, stderr } = await run(["session-key"], "hunter2");
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^KEY_VAULT_URL is not set\.[^\n]*\n$/);
});
