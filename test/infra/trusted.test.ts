import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import dns from "node:dns";
import { lookup as lookupPromise } from "node:dns/promises";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const TRUSTED = fileURLToPath(new URL("../../infra/local/trusted.ts", import.meta.url));
const LOOPBACK = { address: "127.0.0.1", family: 4 };

suite("the preload that resolves localhost", () => {
  test("every form of lookup finds names below localhost on loopback", async () => {
    const name = "rollcall.vault.localhost";
    const called = await new Promise((resolve, reject) => {
      dns.lookup(name, (error, address, family) => (error ? reject(error) : resolve({ address, family })));
    });
    assert.deepEqual(called, LOOPBACK);
    const all = await new Promise((resolve, reject) => {
      dns.lookup(name, { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
    });
    assert.deepEqual(all, [LOOPBACK]);
    assert.deepEqual(await promisify(dns.lookup)(name), LOOPBACK);
    assert.deepEqual(await lookupPromise(name), LOOPBACK);
    assert.deepEqual(await lookupPromise(name, { all: true }), [LOOPBACK]);
    assert.deepEqual(await dns.promises.lookup("localhost", 4), LOOPBACK);
  });

  test("leaves other names to the resolver", async () => {
    assert.deepEqual(await lookupPromise("127.0.0.2"), { address: "127.0.0.2", family: 4 });
    const found = await new Promise((resolve, reject) => {
      dns.lookup("::1", (error, address) => (error ? reject(error) : resolve(address)));
    });
    assert.equal(found, "::1");
  });
});

suite("trusted.ts", () => {
  let directory: string;
  let script: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "trusted-"));
    script = join(directory, "script.mjs");
    await writeFile(
      script,
      `const [, , what, ...rest] = process.argv;
       if (what === "exit") process.exit(Number(rest[0]));
       if (what === "show") {
         console.log(JSON.stringify({ rest, flags: process.execArgv, ca: process.env.NODE_EXTRA_CA_CERTS, options: process.env.NODE_OPTIONS }));
       }
       if (what === "wait") {
         process.on("SIGTERM", () => process.exit(42));
         setInterval(() => undefined, 1000);
         console.log("ready");
       }`,
    );
  });
  after(() => rm(directory, { recursive: true }));

  const start = (...given: string[]): ChildProcess =>
    spawn(process.execPath, [TRUSTED, ...given], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "--no-warnings", NODE_EXTRA_CA_CERTS: "" },
    });
  const outputOf = async (child: ChildProcess): Promise<string> => {
    let text = "";
    child.stdout?.on("data", (chunk) => (text += chunk));
    await once(child, "close");
    return text;
  };

  test("gives the script its arguments, node its flags, and both what makes them trust", async () => {
    const shown = JSON.parse(
      await outputOf(start("--stack-trace-limit=5", script, "show", "--once", "x y")),
    ) as Record<string, unknown>;
    assert.deepEqual(shown["rest"], ["--once", "x y"]);
    assert.deepEqual(shown["flags"], ["--stack-trace-limit=5"]);
    assert.match(String(shown["ca"]), /\.local\/tls\/ca\.pem$/);
    assert.match(String(shown["options"]), /^--no-warnings --import=file:.*resolve-localhost\.ts$/);
  });

  test("ends with the script's exit code", async () => {
    const child = start(script, "exit", "7");
    assert.deepEqual(await once(child, "exit"), [7, null]);
  });

  test("passes a signal on and waits for the script to end", async () => {
    const child = start(script, "wait");
    assert.ok(child.stdout);
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [42, null]);
  });

  test("two may start at once", async () => {
    const codes = await Promise.all([1, 2, 3].map(async () => once(start(script, "exit", "0"), "exit")));
    assert.deepEqual(codes, [
      [0, null],
      [0, null],
      [0, null],
    ]);
  });
});
