/**
 * `node infra/local/trusted.ts [node options] SCRIPT [arguments]` runs a script that trusts the certificates of the
 * local stack and finds its host names. Node reads both at its start, so the script is a process of its own.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { LOCAL_CERTIFICATES, ensureCertificates } from "./tls.ts";

const PRELOAD = `--import=${new URL("resolve-localhost.ts", import.meta.url).href}`;

const { caFile } = await ensureCertificates(LOCAL_CERTIFICATES);
const options = process.env["NODE_OPTIONS"] ?? "";
const child = spawn(process.execPath, process.argv.slice(2), {
  stdio: "inherit",
  env: {
    ...process.env,
    NODE_EXTRA_CA_CERTS: caFile,
    NODE_OPTIONS: options.includes(PRELOAD) ? options : `${options} ${PRELOAD}`.trim(),
  },
});

process.on("SIGTERM", () => child.kill("SIGTERM"));
process.on("SIGHUP", () => child.kill("SIGHUP"));
process.on("SIGINT", () => {
  // Ctrl-C at a terminal reaches the whole group; a second one would tell the script to hurry.
  if (!process.stdin.isTTY) child.kill("SIGINT");
});
child.on("error", (error) => {
  console.error(`Could not start ${process.execPath}: ${error.message}`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
});
