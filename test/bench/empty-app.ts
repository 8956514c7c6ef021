import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

const EMPTY = `import { app } from "@azure/functions";
app.http("empty", { route: "empty", methods: ["POST"], authLevel: "anonymous", handler: () => ({ status: 200 }) });
`;

/**
 * The least an app can be, one function that does nothing, bundled by a copy of this project's own build script.
 * It stands within the project, where the script and the app find their packages.
 * @returns the folder of what was built
 */
export async function buildEmptyApp(): Promise<string> {
  await mkdir(path.join(PROJECT, ".local"), { recursive: true });
  const folder = await mkdtemp(path.join(PROJECT, ".local", "empty-app-"));
  await cp(path.join(PROJECT, "infra", "build.ts"), path.join(folder, "infra", "build.ts"));
  await cp(path.join(PROJECT, "host.json"), path.join(folder, "host.json"));
  await mkdir(path.join(folder, "functions"));
  await writeFile(path.join(folder, "functions", "main.ts"), EMPTY);
  await promisify(execFile)(process.execPath, [path.join(folder, "infra", "build.ts")]);
  return folder;
}
