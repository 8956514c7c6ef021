import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { systemClock } from "../../shared/clock.ts";
import { SecretStoreError } from "../../shared/secrets/secret-store.ts";
import { secretsFile } from "../../shared/secrets/secrets-file.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { secretStoreCases } from "./secret-store-cases.ts";

const root = await mkdtemp(path.join(tmpdir(), "secrets-file-"));
after(() => rm(root, { recursive: true }));

let count = 0;
function newFile(): string {
  count += 1;
  return path.join(root, `case-${count}`, "secrets.json");
}

const open = (file: string): ReturnType<typeof secretsFile> => secretsFile(file, { clock: systemClock });

secretStoreCases("a secrets file", async () => open(newFile()));

test("the file and a new folder for it are for their owner alone, and nothing else stays in the folder", async () => {
  const file = newFile();
  await open(file).set("session-key", "value");
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700);
  assert.deepEqual(await readdir(path.dirname(file)), ["secrets.json"]);
  assert.deepEqual(JSON.parse(await readFile(file, "utf8")), { "session-key": "value" });
});

test("what else is in the file stays there", async () => {
  const file = newFile();
  await open(file).set("jira-api-token", "a");
  await open(file).set("session-key", "b");
  assert.deepEqual(JSON.parse(await readFile(file, "utf8")), { "jira-api-token": "a", "session-key": "b" });
});

for (const content of [
  "",
  "{",
  "[]",
  '"text"',
  '{"session-key": 7}',
  '{"session-key": {"value": "hunter2"}}',
  "hunter2",
]) {
  test(`a file that holds ${JSON.stringify(content)} is refused by name, without its contents`, async () => {
    const file = newFile();
    await open(file).set("session-key", "x");
    await writeFile(file, content);
    for (const attempt of [() => open(file).get("session-key"), () => open(file).set("session-key", "y")]) {
      await assert.rejects(attempt, (error) => {
        assert.ok(error instanceof SecretStoreError);
        assert.ok(error.message.includes(file));
        assert.doesNotMatch(JSON.stringify([error.message, String(error.cause)]), /hunter2/);
        return true;
      });
    }
    assert.equal(await readFile(file, "utf8"), content);
  });
}

test(
  "a file that others may open is refused, with the command that closes it",
  { skip: path.sep !== "/" },
  async () => {
    const file = newFile();
    await open(file).set("session-key", "value");
    await chmod(file, 0o640);
    await assert.rejects(open(file).get("session-key"), { name: "SecretStoreError", message: /chmod 600 / });
  },
);

test("a name that every object has is no secret", async () => {
  assert.equal(await open(newFile()).get("toString"), undefined);
});

test("a folder where the file should be is an error that names it", async () => {
  await assert.rejects(open(root).get("session-key"), (error) => {
    assert.ok(error instanceof SecretStoreError && error.message.includes(root));
    return true;
  });
});

test("processes that write at the same time lose nothing of each other's", async () => {
  const file = newFile();
  const module = new URL("../../shared/secrets/secrets-file.ts", import.meta.url).href;
  const clock = new URL("../../shared/clock.ts", import.meta.url).href;
  const program = `
    const { secretsFile } = await import(${JSON.stringify(module)});
    const { systemClock } = await import(${JSON.stringify(clock)});
    const store = secretsFile(${JSON.stringify(file)}, { clock: systemClock });
    for (let i = 0; i < 10; i += 1) await store.set("mail-password-" + process.argv[1] + "-" + i, "x");
  `;
  const writers = ["a", "b", "c"].map((name) => run(program, name));
  assert.deepEqual(await Promise.all(writers), [0, 0, 0]);
  assert.equal(Object.keys(JSON.parse(await readFile(file, "utf8")) as object).length, 30);
});

test("a lock left behind by a process that died is taken over after ten seconds", async () => {
  const file = newFile();
  await open(file).set("session-key", "before");
  await writeFile(`${file}.lock`, "a process that died");
  const clock = fakeClock("2026-11-03T04:00:00Z", { auto: true });
  await secretsFile(file, { clock }).set("session-key", "after");
  assert.equal(await open(file).get("session-key"), "after");
  assert.equal(clock.now().toISOString(), "2026-11-03T04:00:10.000Z");
  assert.deepEqual(await readdir(path.dirname(file)), ["secrets.json"]);
});

function run(program: string, argument: string): Promise<number | null> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, argument], {
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", resolve);
  });
}
