import { existsSync } from "node:fs";
import path from "node:path";
import { type BicepFile, resourcesOf, stringsOf } from "./bicep-file.ts";
import type { Deployment } from "./deployment.ts";
import { type Finding, inEveryFile, type Rule } from "./finding.ts";

/** What runs after the deployment: the package that azd sends, and the alerts. */
export const operationRules: readonly Rule[] = [
  inEveryFile("every code an alert waits for is logged by the app", checkAlertCodes),
  { says: "no line an alert waits for is sampled away", check: checkSampling },
  { says: "azure.yaml names what exists", check: checkAzd },
];

function* checkAlertCodes(
  file: BicepFile,
  { productSource }: Deployment,
): Generator<{ line: number; problem: string }> {
  for (const { text, line } of stringsOf(file)) {
    if (!/^\s*traces\b/.test(text)) continue;
    for (const [code] of text.matchAll(/\bROLLCALL_[A-Z_]+\b/g)) {
      if (new RegExp(`\\b${code}\\b`).test(productSource)) continue;
      yield { line, problem: `No file in functions/ or shared/ logs the code ${code}.` };
    }
  }
}

function* checkSampling({ unsampled }: Deployment): Generator<Finding> {
  if (unsampled === undefined || unsampled.includes("Trace")) return;
  const problem =
    "Traces are sampled: a line that an alert waits for may be missing. " +
    "Add Trace to excludedTypes of samplingSettings.";
  yield { place: "host.json", problem };
}

function* checkAzd(deployment: Deployment): Generator<Finding> {
  const { azd, root } = deployment;
  const place = "azure.yaml";
  const main = path.join(azd.infra.path, `${azd.infra.module}.bicep`);
  if (!existsSync(path.join(root, main))) yield { place, problem: `${main} does not exist.` };
  for (const [name, service] of Object.entries(azd.services)) {
    for (const problem of serviceProblems(deployment, name, service))
      yield { place, problem: `${name}: ${problem}` };
  }
}

function* serviceProblems(
  { bicep, packageJson, root }: Deployment,
  name: string,
  service: Deployment["azd"]["services"][string],
): Generator<string> {
  const { scripts, main } = packageJson;
  if (service.host !== "function") yield `It is hosted as ${service.host}, not as a function.`;
  if (!existsSync(path.join(root, service.project, "package.json"))) {
    yield `${service.project} has no package.json, so nothing can be built there.`;
  }
  if (path.posix.dirname(main) !== service.dist)
    yield `It packs ${service.dist}, but what is built is ${main}.`;
  if (scripts["build"] === undefined) yield "package.json has no script build, which azd runs.";
  if (service.remoteBuild !== false) {
    yield "remoteBuild must be false. The package is whole; a build in the cloud would install into it.";
  }
  const tag = `'azd-service-name': '${name}'`;
  const resources = [...bicep.values()].flatMap(resourcesOf);
  if (!resources.some(({ values }) => values.get("tags")?.includes(tag))) {
    yield `No resource has the tag ${tag}, so azd cannot find where to deploy.`;
  }
  for (const { posix, windows } of Object.values(service.hooks)) {
    for (const { run } of [posix, windows]) {
      const script = /^npm run ([\w:-]+)/.exec(run)?.[1];
      if (script === undefined || scripts[script] !== undefined) continue;
      yield `package.json has no script ${script}, which a hook runs.`;
    }
  }
}
