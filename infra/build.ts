/** `npm run build`: bundles functions/ and all they need into dist/. What `npm run serve` runs is what is deployed. */
import { fileURLToPath } from "node:url";
import { bundleApp } from "./bundle.ts";

await bundleApp("functions/main.ts", fileURLToPath(new URL("../dist", import.meta.url)));
