import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readDeployment } from "../../infra/azure/check/deployment.ts";
import { rules } from "../../infra/azure/check/rules.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

const LOGGING_APP = `
  log.info("ROLLCALL_PASS_OK"); log.error("ROLLCALL_PASS_FAILED");
  log.info("ROLLCALL_SYNC_OK"); log.warn("ROLLCALL_SYNC_HELD"); log.error("ROLLCALL_SYNC_FAILED");
  log.info("ROLLCALL_ABSENCE_OK"); log.warn("ROLLCALL_ABSENCE_DELAYED");
  log.error("ROLLCALL_ABSENCE_UNDELIVERED"); log.error("ROLLCALL_ABSENCE_FAILED");
  log.error("ROLLCALL_CONNECTION_EXPIRING"); log.error("ROLLCALL_CONNECTION_DEAD");
`;
const HOST = {
  logging: { applicationInsights: { samplingSettings: { excludedTypes: "Request;Exception;Trace" } } },
};

/** The deployment of this project beside an app that logs all it should, in a folder of its own. */
async function aProject(context: TestContext): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), "rollcall-infra-"));
  context.after(() => rm(root, { recursive: true, force: true }));
  await mkdir(path.join(root, "functions"));
  await mkdir(path.join(root, "shared"));
  await writeFile(path.join(root, "shared/pass.ts"), LOGGING_APP);
  await writeFile(path.join(root, "host.json"), JSON.stringify(HOST));
  for (const part of ["infra/azure", "azure.yaml", "package.json", "README.md"]) {
    await cp(path.join(project, part), path.join(root, part), { recursive: true });
  }
  return root;
}

async function edit(root: string, file: string, from: string | RegExp, to: string): Promise<void> {
  const before = await readFile(path.join(root, file), "utf8");
  const after = before.replace(from, to);
  assert.notEqual(after, before, `${file} has no ${String(from)} to seed a mistake in`);
  await writeFile(path.join(root, file), after);
}

async function findingsIn(root: string): Promise<string[]> {
  const deployment = await readDeployment(root);
  return rules.flatMap((rule) =>
    [...rule.check(deployment)].map(({ place, problem }) => `${place}: ${problem}`),
  );
}

test("the deployment as it is has no mistake that can be seen without the cloud", async (context) => {
  assert.deepEqual(await findingsIn(await aProject(context)), []);
});

interface SeededMistake {
  sentence: string;
  file: string;
  from: string | RegExp;
  to: string;
  finding: RegExp;
}

const mistakes: SeededMistake[] = [
  {
    sentence: "a missing brace is found, with its line",
    file: "infra/azure/modules/identity.bicep",
    from: "  tags: tags\n}",
    to: "  tags: tags\n",
    finding: /identity\.bicep:\d+: This is no Bicep/,
  },
  {
    sentence: "a parameter without a description is found",
    file: "infra/azure/modules/storage.bicep",
    from: "@description('Region.')\n",
    to: "",
    finding: /storage\.bicep:\d+: location has no @description/,
  },
  {
    sentence: "a setting without a description is found",
    file: "infra/azure/settings.bicep",
    from: /@description\('Microsoft Graph, for national clouds\.'\)\n/,
    to: "",
    finding: /settings\.bicep:\d+: GRAPH_URL has no @description/,
  },
  {
    sentence: "a setting that nobody reads is found in the type of the settings",
    file: "infra/azure/settings.bicep",
    from: "  GRAPH_URL: string?",
    to: "  GRAPHURL: string?",
    finding: /GRAPHURL is no setting: the table of settings in README\.md does not have it/,
  },
  {
    sentence: "a setting that can no longer be set is found",
    file: "infra/azure/settings.bicep",
    from: "  GRAPH_URL: string?",
    to: "  GRAPHURL: string?",
    finding: /GRAPH_URL is in the table of settings in README\.md, but cannot be set/,
  },
  {
    sentence: "a setting that nobody reads is found among the app settings",
    file: "infra/azure/modules/function-app.bicep",
    from: "  AZURE_CLIENT_ID: identityClientId",
    to: "  AZURE_CLIENT: identityClientId",
    finding: /function-app\.bicep:\d+: AZURE_CLIENT is no setting/,
  },
  {
    sentence: "an app setting that the plan refuses is found, also as a pair of name and value",
    file: "infra/azure/modules/function-app.bicep",
    from: "      appSettings: [\n",
    to: "      appSettings: [\n        { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'node' }\n",
    finding: /plan refuses the app setting FUNCTIONS_WORKER_RUNTIME/,
  },
  {
    sentence: "a site property that the plan refuses is found",
    file: "infra/azure/modules/function-app.bicep",
    from: "      http20Enabled: true",
    to: "      ftpsState: 'Disabled'",
    finding: /plan refuses siteConfig\.ftpsState/,
  },
  {
    sentence: "a connection string for the storage account is found",
    file: "infra/azure/modules/function-app.bicep",
    from: "  AzureWebJobsStorage__accountName: storageAccountName",
    to: "  AzureWebJobsStorage: storageAccountName",
    finding: /AzureWebJobsStorage has no place in the cloud/,
  },
  {
    sentence: "a secret among the app settings is found",
    file: "infra/azure/settings.bicep",
    from: "  GRAPH_URL: string?",
    to: "  MICROSOFT_CLIENT_SECRET: string?",
    finding: /MICROSOFT_CLIENT_SECRET sounds like a secret/,
  },
  {
    sentence: "listKeys is found as a method",
    file: "infra/azure/modules/storage.bicep",
    from: "string = account.name",
    to: "string = account.listKeys().keys[0].value",
    finding: /storage\.bicep:\d+: listKeys\(\) reads a key/,
  },
  {
    sentence: "listKeys is found as a function",
    file: "infra/azure/modules/storage.bicep",
    from: "string = account.name",
    to: "string = listKeys(account.id, '2026-04-01').keys[0].value",
    finding: /storage\.bicep:\d+: listKeys\(\) reads a key/,
  },
  {
    sentence: "a secret written by the template is found",
    file: "infra/azure/modules/key-vault.bicep",
    from: "@description('Resource id of the vault.')",
    to: "resource secret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {\n  parent: vault\n}\n\n@description('Resource id of the vault.')",
    finding: /can read a secret that a template writes/,
  },
  {
    sentence: "an unknown role is found",
    file: "infra/azure/modules/roles.bicep",
    from: "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    to: "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    finding: /00482a5a-887f-4fb3-b363-3b7fe8e74483 is no role in known-roles\.json/,
  },
  {
    sentence: "a role under the name of another is found",
    file: "infra/azure/modules/roles.bicep",
    from: "var storageBlobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'",
    to: "var storageBlobDataContributor = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'",
    finding: /storageBlobDataContributor is the id of the role Storage Blob Data Owner/,
  },
  {
    sentence: "a role that is assigned to nobody is found",
    file: "infra/azure/modules/roles.bicep",
    from: /\n {2}storageQueueDataContributor\n/,
    to: "\n",
    finding: /roles\.bicep:\d+: storageQueueDataContributor is of no use/,
  },
  {
    sentence: "account keys that work are found",
    file: "infra/azure/modules/storage.bicep",
    from: "allowSharedKeyAccess: false",
    to: "allowSharedKeyAccess: true",
    finding: /storage\.bicep:\d+: properties\.allowSharedKeyAccess must be false/,
  },
  {
    sentence: "a vault that can be purged is found",
    file: "infra/azure/modules/key-vault.bicep",
    from: "    enablePurgeProtection: true\n",
    to: "",
    finding: /properties\.enablePurgeProtection must be true/,
  },
  {
    sentence: "an open FTP password is found, when nothing is said about it",
    file: "infra/azure/modules/function-app.bicep",
    from: /  resource ftp [^]*?\n  }\n/,
    to: "",
    finding: /basicPublishingCredentialsPolicies must be declared at least 2 times/,
  },
  {
    sentence: "a module that does not exist is found",
    file: "infra/azure/main.bicep",
    from: "'modules/identity.bicep'",
    to: "'modules/identities.bicep'",
    finding: /The module modules\/identities\.bicep does not exist/,
  },
  {
    sentence: "a module that nobody uses is found",
    file: "infra/azure/main.bicep",
    from: "'modules/identity.bicep'",
    to: "'modules/identities.bicep'",
    finding: /modules\/identity\.bicep:1: No other file uses this one/,
  },
  {
    sentence: "a parameter that a module does not have is found",
    file: "infra/azure/main.bicep",
    from: "    redundancy: storageRedundancy",
    to: "    redundance: storageRedundancy",
    finding: /storage\.bicep has no parameter redundance/,
  },
  {
    sentence: "a parameter that a module is not given is found",
    file: "infra/azure/main.bicep",
    from: "    redundancy: storageRedundancy",
    to: "    redundance: storageRedundancy",
    finding: /storage\.bicep is not given its parameter redundancy/,
  },
  {
    sentence: "an output that a module does not have is found",
    file: "infra/azure/main.bicep",
    from: "keyVault.outputs.url",
    to: "keyVault.outputs.uri",
    finding: /modules\/key-vault\.bicep has no output uri/,
  },
  {
    sentence: "a name that is not declared is found",
    file: "infra/azure/modules/alerts.bicep",
    from: "scopes: [applicationInsightsId]",
    to: "scopes: [appInsightsId]",
    finding: /alerts\.bicep:\d+: appInsightsId is not declared/,
  },
  {
    sentence: "a preview version is found",
    file: "infra/azure/modules/alerts.bicep",
    from: "actionGroups@2023-01-01",
    to: "actionGroups@2024-10-01-preview",
    finding: /actionGroups@2024-10-01-preview is a preview/,
  },
  {
    sentence: "a parameter that azd does not fill in is found",
    file: "infra/azure/main.parameters.json",
    from: /"nodeVersion": \{[^}]*\$\{\w+\}[^}]*\},/,
    to: "",
    finding: /The parameter nodeVersion of the template is not filled in/,
  },
  {
    sentence: "a parameter that the template does not have is found",
    file: "infra/azure/main.parameters.json",
    from: '"nodeVersion"',
    to: '"node"',
    finding: /The template has no parameter node\./,
  },
  {
    sentence: "a value that is fixed in the parameter file is found",
    file: "infra/azure/main.parameters.json",
    from: "${OPERATOR_ADDRESS}",
    to: "me@example.org",
    finding: /operatorAddress has a fixed value/,
  },
  {
    sentence: "an alert that waits for a code nobody logs is found",
    file: "infra/azure/modules/alerts.bicep",
    from: 'has "ROLLCALL_PASS_FAILED"',
    to: 'has "ROLLCALL_PASS_FAIL"',
    finding: /alerts\.bicep:\d+: No file in functions\/ or shared\/ logs the code ROLLCALL_PASS_FAIL\./,
  },
  {
    sentence: "sampling that may lose the line of an alert is found",
    file: "host.json",
    from: ";Trace",
    to: "",
    finding: /host\.json: Traces are sampled/,
  },
  {
    sentence: "an app that azd cannot find is found",
    file: "azure.yaml",
    from: /\n {2}app:/,
    to: "\n  api:",
    finding: /azure\.yaml: api: No resource has the tag/,
  },
  {
    sentence: "a template that azd cannot find is found",
    file: "azure.yaml",
    from: "path: infra/azure",
    to: "path: infra/bicep",
    finding: /azure\.yaml: infra\/bicep\/main\.bicep does not exist/,
  },
  {
    sentence: "a package that is not what is built is found",
    file: "azure.yaml",
    from: "dist: dist",
    to: "dist: build",
    finding: /It packs build, but what is built is dist\/main\.js/,
  },
  {
    sentence: "a build in the cloud is found",
    file: "azure.yaml",
    from: "    remoteBuild: false\n",
    to: "",
    finding: /remoteBuild must be false/,
  },
  {
    sentence: "a hook that runs a script which does not exist is found",
    file: "azure.yaml",
    from: "run: npm ci",
    to: "run: npm run prepare:cloud",
    finding: /package\.json has no script prepare:cloud/,
  },
];

for (const { sentence, file, from, to, finding } of mistakes) {
  test(sentence, async (context) => {
    const root = await aProject(context);
    await edit(root, file, from, to);
    const findings = await findingsIn(root);
    assert.ok(
      findings.some((one) => finding.test(one)),
      `expected ${String(finding)} among:\n${findings.join("\n")}`,
    );
  });
}

test("the table of settings in README.md decides which settings there are", async (context) => {
  const root = await aProject(context);
  const readme = [
    "## Settings",
    "```sh",
    "# a comment, and no heading",
    "```",
    "| setting | default |",
    "| --- | --- |",
    "| `GRAPH_URL`, `TEAM_<TEAM>_TO` | none |",
    "| `NEW_SETTING` | `WEBEX_URL` |",
    "## Permissions",
    "| `OTHER_TABLE` | none |",
  ];
  await writeFile(path.join(root, "README.md"), readme.join("\n"));
  const findings = await findingsIn(root);
  assert.ok(
    findings.some((one) =>
      one.includes("NEW_SETTING is in the table of settings in README.md, but cannot be set"),
    ),
  );
  assert.ok(findings.some((one) => one.includes("WEBEX_URL is no setting")));
  assert.ok(!findings.some((one) => /\bGRAPH_URL (?:is|sounds)|TEAM_|OTHER_TABLE/.test(one)));
});

test("a file of the deployment that is not what it should be is named, with what is wrong in it", async (context) => {
  const root = await aProject(context);
  await edit(root, "azure.yaml", "host: function", "hosts: function");
  await assert.rejects(readDeployment(root), {
    name: "DeploymentUnreadableError",
    message: /azure\.yaml is missing or not as it should be:[^]*services\.app\.host/,
  });
});
