/** `node test/run.ts [FILES…]` runs these tests, or all of them, and ends with the runner's exit code. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CACHE = path.join(ROOT, "node_modules/.cache");
/** To start a process, and to load what it needs, takes longer than the tests of most files. */
const FILES_IN_A_PROCESS = 8;

const files = process.argv.slice(2);
const runner = spawn(
  process.execPath,
  [
    "--test",
    // Some start Azurite or the whole local stack.
    "--test-concurrency=2",
    // A test that waits for ever should say which one it is; the files of a process have this time together.
    "--test-timeout=240000",
    "--test-reporter=spec",
    ...(files.length > 0 ? files : processes()),
  ],
  {
    stdio: "inherit",
    // Most processes load the same modules, and so does each copy of Azurite: one compiles them for all.
    env: { NODE_COMPILE_CACHE: path.join(CACHE, "compiled"), ...process.env },
  },
);
const [code, signal] = (await once(runner, "exit")) as [number | null, NodeJS.Signals | null];
process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);

/** Writes a module for each process, which runs the tests of some files of one folder. */
function processes(): string[] {
  const folder = path.join(CACHE, "tests");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const byFolder = Map.groupBy(globSync("test/**/*.test.ts", { cwd: ROOT }).sort(), path.dirname);
  return [...byFolder].flatMap(([name, all]) =>
    Array.from({ length: Math.ceil(all.length / FILES_IN_A_PROCESS) }, (_, index) => {
      const module = path.join(folder, `${name.replaceAll(path.sep, "-")}-${index + 1}.test.mjs`);
      const some = all.slice(index * FILES_IN_A_PROCESS, (index + 1) * FILES_IN_A_PROCESS);
      writeFileSync(module, moduleThatRuns(some));
      return module;
    }),
  );
}

/**
 * All are loaded before the first test is run: the hooks that close what a file has begun come when no test is left, and
 * a file that is still being loaded has none yet.
 */
function moduleThatRuns(tests: readonly string[]): string {
  const urls = tests.map((file) => pathToFileURL(path.join(ROOT, file)).href);
  return `import { test } from "node:test";
const { promise, resolve } = Promise.withResolvers();
test(${JSON.stringify(`the tests of ${tests.join(", ")} are loaded`)}, () => promise);
for (const url of ${JSON.stringify(urls)}) await import(url);
resolve();
`;
}
