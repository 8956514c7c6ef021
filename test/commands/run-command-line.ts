import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../shared/clock.ts";
import type { SecretStore } from "../../shared/secrets/secret-store.ts";
import { secretsFile } from "../../shared/secrets/secrets-file.ts";

const root = await mkdtemp(path.join(tmpdir(), "commands-"));
after(() => rm(root, { recursive: true }));

export interface CommandLine {
  /** A folder of this test's own. */
  folder: string;
  /** The secrets the command works on. */
  secrets: SecretStore;
  run: (args: string[], stdin?: string) => Promise<{ code: number; stdout: string; stderr: string }>;
}

/** An operator's command, run as npm runs it. */
export async function commandLine(script: string, env: Record<string, string> = {}): Promise<CommandLine> {
  const folder = await mkdtemp(path.join(root, "case-"));
  const file = path.join(folder, "secrets.json");
  const program = fileURLToPath(new URL(`../../infra/commands/${script}`, import.meta.url));
  return {
    folder,
    secrets: secretsFile(file, { clock: systemClock }),
    async run(args, stdin = "") {
      const child = spawn(process.execPath, [program, ...args], { env: { SECRETS_FILE: file, ...env } });
      const outcome = Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
      child.stdin.end(stdin);
      const [[code], stdout, stderr] = await outcome;
      return { code: Number(code), stdout, stderr };
    },
  };
}
