/** `node test/run.ts [FILES…]` runs these tests, or all of them, and ends with the runner's exit code. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const COMPILED = new URL("../node_modules/.cache/compiled", import.meta.url);
const files = process.argv.slice(2);
const runner = spawn(
  process.execPath,
  [
    "--test",
    // Each file is a process, and some start Azurite or the whole local stack.
    "--test-concurrency=2",
    // A test that waits for ever should say which one it is.
    "--test-timeout=120000",
    "--test-reporter=spec",
    ...(files.length > 0 ? files : ["test/**/*.test.ts"]),
  ],
  {
    stdio: "inherit",
    // Most files load the same modules, and so does each copy of Azurite: one compiles them for all.
    env: { NODE_COMPILE_CACHE: fileURLToPath(COMPILED), ...process.env },
  },
);
const [code, signal] = (await once(runner, "exit")) as [number | null, NodeJS.Signals | null];
process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
