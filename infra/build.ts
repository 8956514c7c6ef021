import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/*
 * Bundles functions/ and all they need into dist/, a function app of its own: what `npm run serve` runs is what is deployed.
 * Split, so that loading registers the functions and no more; each SDK is a chunk that is read when it is first needed.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: { main: "functions/main.ts" },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  // The ES modules of a package where it has both: smaller, and `await import` gives their names, not only a default.
  mainFields: ["module", "main"],
  chunkNames: "chunks/[name]-[hash]",
  sourcemap: "linked",
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
await cp(`${root}host.json`, `${dist}/host.json`);
await writeFile(`${dist}/package.json`, `${JSON.stringify({ type: "module", main: "main.js" }, null, 2)}\n`);
