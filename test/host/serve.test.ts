import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { buildFixture } from "./fixture-host.ts";

const SERVE = fileURLToPath(new URL("../../infra/local/host/serve.ts", import.meta.url));

interface Served {
  child: ChildProcessWithoutNullStreams;
  /** Everything printed so far. */
  text: () => string;
  /** Resolves as soon as what was printed matches. */
  printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  exit: Promise<number | null>;
}

function serve(t: TestContext, appRoot: string, env: NodeJS.ProcessEnv): Served {
  const child = spawn(process.execPath, [SERVE, appRoot], {
    env: { PATH: process.env["PATH"], PORT: "0", ...env },
  });
  t.after(() => child.kill("SIGKILL"));
  let text = "";
  const collect = (chunk: Buffer): void => void (text += chunk.toString());
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const exit = once(child, "close").then(([code]) => code as number | null);
  const printed = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(text);
      if (found !== null) return found;
      const more = Promise.race([once(child.stdout, "data"), once(child.stderr, "data"), exit]);
      assert.equal(typeof (await more), "object", `it ended without printing ${String(pattern)}:\n${text}`);
    }
  };
  return { child, text: () => text, printed, exit };
}

test("serve prints the functions and where it listens, and ends when it is told to", async (t) => {
  const { child, printed, exit, text } = serve(t, await buildFixture(t, "triggers"), {
    HOST_KEY: "h",
    MASTER_KEY: "m",
    FIXTURE_QUEUE: "fixtures",
  });
  const [, url] = await printed(/listening on (http:\/\/localhost:\d+)/);
  assert.match(text(), new RegExp(`plain +http +\\[GET,POST\\] ${String(url)}/api/plain \\(anonymous\\)`));
  assert.match(text(), /daily +timer +0 0 4 \* \* \* \(UTC\)/);
  assert.match(text(), /queued +queue +fixtures/);
  assert.match(text(), /by-setting +in error +'%FIXTURE_SCHEDULE%' does not resolve/);
  assert.doesNotMatch(text(), /key of this run/);
  assert.equal((await fetch(`${String(url)}/api/plain`)).status, 200);
  child.kill("SIGTERM");
  assert.equal(await exit, 0);
});

test("serve makes keys of its own when none are set", async (t) => {
  const { child, printed, exit } = serve(t, await buildFixture(t, "routes"), {});
  const [, hostKey] = await printed(/the function key of this run is (\S{40,})/);
  const [, masterKey] = await printed(/the master key of this run is (\S{40,})/);
  const [, url] = await printed(/listening on (\S+)/);
  assert.equal((await fetch(`${String(url)}/api/with-key?code=${String(hostKey)}`)).status, 200);
  assert.equal((await fetch(`${String(url)}/api/with-master-key?code=${String(masterKey)}`)).status, 200);
  child.kill("SIGINT");
  assert.equal(await exit, 0);
});

test("an invocation that runs when the host is told to end is still answered", async (t) => {
  const { child, printed, exit } = serve(t, await buildFixture(t, "unhurried"), {});
  const [, url] = await printed(/listening on (\S+)/);
  const pending = fetch(`${String(url)}/api/unhurried`);
  await printed(/Function\.unhurried\.User: begun/);
  child.kill("SIGTERM");
  assert.equal(await (await pending).text(), "ended by itself");
  assert.equal(await exit, 0);
});

test("serve ends with 1 and a reason when the app cannot be loaded or the port is no port", async (t) => {
  const appRoot = await buildFixture(t, "broken");
  const broken = serve(t, appRoot, {});
  assert.equal(await broken.exit, 1);
  assert.match(broken.text(), /cannot start\. AppLoadError: .*the entry file cannot be loaded/);
  const noPort = serve(t, appRoot, { PORT: "http" });
  assert.equal(await noPort.exit, 1);
  assert.match(noPort.text(), /PORT is not a port: 'http'/);
});
