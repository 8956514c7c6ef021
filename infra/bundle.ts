import { cp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Bundles a function app into a folder that is an app of its own, ready to deploy. Split, so that loading registers the
 * functions and no more; each SDK is a chunk that is read when it is first needed.
 * @param entry  the file that registers the functions
 * @param outdir  emptied first
 */
export async function bundleApp(entry: string, outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: PROJECT,
    entryPoints: { main: entry },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    // The ES modules of a package where it has both: smaller, and `await import` gives their names, not only a default.
    mainFields: ["module", "main"],
    chunkNames: "chunks/[name]-[hash]",
    sourcemap: "linked",
    // Stack traces need lines, not texts, and a smaller package is on a new machine sooner.
    sourcesContent: false,
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
    // The module that only Microsoft's worker can answer; it does so through `require`.
    external: ["@azure/functions-core"],
    // CommonJS packages ask for Node's own modules by `require`, which an ES module lacks.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  await cp(path.join(PROJECT, "host.json"), path.join(outdir, "host.json"));
  const manifest = { type: "module", main: "main.js" };
  await writeFile(path.join(outdir, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
