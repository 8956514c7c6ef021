import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readDeployment } from "../azure/check/deployment.ts";
import { rules } from "../azure/check/rules.ts";

/*
 * Checks of the deployment what can be checked without the cloud, and says what it does not check.
 * The Bicep compiler, which knows the types of Azure, is no npm package: it is asked when it is installed.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));

const deployment = await readDeployment(root);
let mistakes = 0;
for (const rule of rules) {
  const findings = [...rule.check(deployment)];
  mistakes += findings.length;
  console.log(`${findings.length === 0 ? "ok  " : "FAIL"} ${rule.says}`);
  for (const { place, problem } of findings) console.log(`       ${place}: ${problem}`);
}

const compiler = compile(path.join(root, "infra/azure/main.bicep"));
if (compiler !== undefined) {
  mistakes += compiler.errors.length;
  console.log(`${compiler.errors.length === 0 ? "ok  " : "FAIL"} the Bicep compiler accepts the template`);
  for (const line of [...compiler.errors, ...compiler.warnings]) console.log(`       ${line}`);
}

console.log("\nNot checked:");
for (const gap of [
  ...(compiler === undefined
    ? [
        "names and types of Azure's own properties, which only the Bicep compiler knows: it is not installed here",
      ]
    : []),
  "that the region offers the Flex Consumption plan, this version of Node.js, and these API versions",
  "that who deploys may do so, that quotas suffice, and that the names are free",
  "that the roles suffice for the host to start, and for azd to deploy",
  "that the queries of the alerts run, and that their mails arrive",
]) {
  console.log(`  - ${gap}`);
}
process.exitCode = mistakes === 0 ? 0 : 1;

/** Asks the Bicep compiler of this machine, or the one that azd has fetched for itself; undefined when there is none. */
function compile(template: string): { errors: string[]; warnings: string[] } | undefined {
  for (const command of ["bicep", path.join(homedir(), ".azd/bin/bicep")]) {
    const run = spawnSync(command, ["build", template, "--stdout"], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    if (run.error) continue;
    const lines = run.stderr.split("\n").filter(Boolean);
    const warnings = lines.filter((line) => line.includes(": Warning "));
    return { errors: run.status === 0 ? [] : lines.filter((line) => !warnings.includes(line)), warnings };
  }
  return undefined;
}
