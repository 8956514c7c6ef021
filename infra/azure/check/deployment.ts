import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { type BicepFile, readBicepFile } from "./bicep-file.ts";

/** Everything that the checks look at, read once. */
export interface Deployment {
  /** The folder of the project. */
  readonly root: string;
  readonly bicep: ReadonlyMap<string, BicepFile>;
  /** What azd fills in, by name of the parameter. */
  readonly parameterValues: ReadonlyMap<string, unknown>;
  readonly azd: z.infer<typeof AzureYaml>;
  readonly roles: ReadonlyMap<string, string>;
  readonly settings: KnownSettings;
  /** Types of telemetry that are never sampled away; undefined when nothing is sampled. */
  readonly unsampled: readonly string[] | undefined;
  readonly packageJson: z.infer<typeof PackageJson>;
  /** All TypeScript of the product, one after the other. */
  readonly productSource: string;
}

export interface KnownSettings {
  /** For messages: where the names come from. */
  readonly place: string;
  /** Names of settings of the app; `<KEY>` stands for a name of the operator's. */
  readonly rollcall: readonly string[];
  readonly platform: readonly string[];
  /** Why a setting has no place in the cloud. */
  readonly notInTheCloud: Readonly<Record<string, string>>;
  readonly refusedAppSettings: readonly string[];
  readonly refusedSiteProperties: readonly string[];
}

const Hook = z.object({ run: z.string() });
const AzureYaml = z.object({
  name: z.string(),
  infra: z.object({ provider: z.literal("bicep"), path: z.string(), module: z.string() }),
  services: z.record(
    z.string(),
    z.object({
      project: z.string(),
      host: z.string(),
      language: z.string(),
      dist: z.string(),
      remoteBuild: z.boolean().optional(),
      hooks: z.record(z.string(), z.object({ posix: Hook, windows: Hook })).default({}),
    }),
  ),
});
const PackageJson = z.object({ main: z.string(), scripts: z.record(z.string(), z.string()) });
const ParameterFile = z.object({ parameters: z.record(z.string(), z.object({ value: z.unknown() })) });
const RoleList = z.object({ source: z.url(), roles: z.record(z.guid(), z.string()) });
const SettingList = z.object({
  platform: z.array(z.string()),
  notInTheCloud: z.record(z.string(), z.string()),
  refusedByThePlan: z.object({
    source: z.url(),
    appSettings: z.array(z.string()),
    siteProperties: z.array(z.string()),
  }),
});
const HostFile = z.object({
  logging: z
    .object({
      applicationInsights: z
        .object({
          samplingSettings: z
            .object({ isEnabled: z.boolean().default(true), excludedTypes: z.string().default("Request") })
            .prefault({}),
        })
        .prefault({}),
    })
    .prefault({}),
});

/** A file of the deployment is missing or is not what it should be; says which. */
class DeploymentUnreadableError extends Error {
  override readonly name = "DeploymentUnreadableError";
}

/**
 * @param root  folder of the project
 * @throws {DeploymentUnreadableError}
 */
export async function readDeployment(root: string): Promise<Deployment> {
  const folder = path.join(root, "infra/azure");
  const azd = await parsed(AzureYaml, path.join(root, "azure.yaml"), parseYaml);
  const parameterFile = await parsed(ParameterFile, path.join(folder, "main.parameters.json"));
  const roleList = await parsed(RoleList, path.join(folder, "known-roles.json"));
  const { samplingSettings } = (await parsed(HostFile, path.join(root, "host.json"))).logging
    .applicationInsights;
  const files = (await filesBelow(folder, ".bicep")).sort();
  return {
    root,
    bicep: new Map(
      await Promise.all(files.map(async (file) => [file, await readBicepFile(folder, file)] as const)),
    ),
    parameterValues: new Map(
      Object.entries(parameterFile.parameters).map(([name, { value }]) => [name, value] as const),
    ),
    azd,
    roles: new Map(Object.entries(roleList.roles)),
    settings: await knownSettings(root, folder),
    unsampled: samplingSettings.isEnabled ? samplingSettings.excludedTypes.split(";") : undefined,
    packageJson: await parsed(PackageJson, path.join(root, "package.json")),
    productSource: await sourceBelow([path.join(root, "functions"), path.join(root, "shared")]),
  };
}

/** Rollcall's own are in the table that users read; only the platform's have a list of their own. */
async function knownSettings(root: string, folder: string): Promise<KnownSettings> {
  const list = await parsed(SettingList, path.join(folder, "known-settings.json"));
  return {
    place: "the table of settings in README.md",
    rollcall: settingsInTable(await readFile(path.join(root, "README.md"), "utf8")),
    platform: list.platform,
    notInTheCloud: list.notInTheCloud,
    refusedAppSettings: list.refusedByThePlan.appSettings,
    refusedSiteProperties: list.refusedByThePlan.siteProperties,
  };
}

/** Names in the first column of the tables below a heading with the word "Settings". */
function settingsInTable(markdown: string): string[] {
  const names: string[] = [];
  let below = false;
  // A comment in an example of shell commands looks like a heading.
  for (const line of markdown.replaceAll(/^```[^]*?^```/gm, "").split("\n")) {
    if (line.startsWith("#")) below = /\bsettings\b/i.test(line);
    const cell = below ? (/^\|([^|]*)\|/.exec(line)?.[1] ?? "") : "";
    for (const [, name = ""] of cell.matchAll(/`([A-Z][A-Z0-9_<>]*|AzureWebJobs\w+)`/g)) names.push(name);
  }
  return names;
}

async function parsed<T>(
  schema: z.ZodType<T>,
  file: string,
  parse: (text: string) => unknown = JSON.parse,
): Promise<T> {
  try {
    return schema.parse(parse(await readFile(file, "utf8")));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new DeploymentUnreadableError(`${file} is missing or not as it should be:\n${why}`, { cause });
  }
}

async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries.filter((entry) => entry.endsWith(ending)).map((entry) => entry.split(path.sep).join("/"));
}

async function sourceBelow(folders: readonly string[]): Promise<string> {
  const texts = folders.map(async (folder) => {
    const files = await filesBelow(folder, ".ts");
    return (await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")))).join("\n");
  });
  return (await Promise.all(texts)).join("\n");
}
