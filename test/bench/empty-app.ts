import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleApp } from "../../infra/bundle.ts";

const LOCAL = fileURLToPath(new URL("../../.local", import.meta.url));

const EMPTY = `import { app } from "@azure/functions";
app.http("empty", { route: "empty", methods: ["POST"], authLevel: "anonymous", handler: () => ({ status: 200 }) });
`;

/**
 * The least an app can be, one function that does nothing, bundled as this project's own. Its source stands within the
 * project, where it finds the packages.
 * @returns a folder to be removed in the end; the app is in its dist/
 */
export async function buildEmptyApp(): Promise<string> {
  await mkdir(LOCAL, { recursive: true });
  const folder = await mkdtemp(path.join(LOCAL, "empty-app-"));
  await writeFile(path.join(folder, "main.ts"), EMPTY);
  await bundleApp(path.join(folder, "main.ts"), path.join(folder, "dist"));
  return folder;
}
