import {
  type BicepFile,
  callsOf,
  namedStringsOf,
  propertyNamesOf,
  resourcesOf,
  stringsOf,
  typePropertiesOf,
} from "./bicep-file.ts";
import type { Deployment, KnownSettings } from "./deployment.ts";
import { doorsAreShut } from "./doors.ts";
import { type Finding, inEveryFile, inFile, type Rule } from "./finding.ts";

/** Who may do what, and which doors are shut. */
export const safetyRules: readonly Rule[] = [
  { says: "every app setting is one that is read, and every setting can be set", check: checkSettings },
  inEveryFile("no secret and no account key passes through the template", checkSecrets),
  inEveryFile("every role is a known one, under its own name", checkRoles),
  doorsAreShut,
];

const SETTING_NAME = /^(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|AzureWebJobs\w+)$/;

function settingNamesOf(file: BicepFile): { name: string; line: number }[] {
  const written = propertyNamesOf(file).filter(({ name }) => SETTING_NAME.test(name));
  return [...written, ...typePropertiesOf(file)];
}

function* checkSettings({ bicep, settings }: Deployment): Generator<Finding> {
  const offered = new Set<string>();
  for (const file of bicep.values()) {
    for (const { name, line } of settingNamesOf(file)) {
      offered.add(name);
      const problem = settingProblem(name, settings);
      if (problem !== undefined) yield inFile(file, line, problem);
    }
  }
  for (const name of settings.rollcall) {
    if (offered.has(name) || name.includes("<") || settings.notInTheCloud[name] !== undefined) continue;
    yield {
      place: "infra/azure/settings.bicep",
      problem: `${name} is in ${settings.place}, but cannot be set.`,
    };
  }
}

function settingProblem(name: string, settings: KnownSettings): string | undefined {
  const why = settings.notInTheCloud[name];
  if (why !== undefined) return `${name} has no place in the cloud: ${why}.`;
  if (settings.refusedAppSettings.includes(name)) {
    return `The Flex Consumption plan refuses the app setting ${name}.`;
  }
  if ([...settings.rollcall, ...settings.platform].includes(name)) return undefined;
  return `${name} is no setting: ${settings.place} does not have it.`;
}

const SOUNDS_SECRET = /(?:PASSWORD|SECRET|TOKEN|API_?KEY|ACCOUNT_?KEY)$/;
const HOLDS_SECRET = /AccountKey=|SharedAccessSignature=|SharedAccessKey=|InstrumentationKey=|[?&]sig=/;

function* checkSecrets(file: BicepFile): Generator<{ line: number; problem: string }> {
  for (const { name, line } of callsOf(file)) {
    if (!/^(?:list[A-Z]\w*|getSecret)$/.test(name)) continue;
    yield { line, problem: `${name}() reads a key. The app has an identity instead.` };
  }
  for (const { name, line } of settingNamesOf(file)) {
    if (!SOUNDS_SECRET.test(name)) continue;
    yield { line, problem: `${name} sounds like a secret. Secrets live in the vault.` };
  }
  for (const { text, line } of stringsOf(file)) {
    if (HOLDS_SECRET.test(text)) yield { line, problem: "This string holds a key or a signature." };
  }
  for (const { type, line } of resourcesOf(file)) {
    if (type !== "Microsoft.KeyVault/vaults/secrets") continue;
    yield { line, problem: "Who may read deployments can read a secret that a template writes." };
  }
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function* checkRoles(file: BicepFile, { roles }: Deployment): Generator<{ line: number; problem: string }> {
  for (const { text, line } of stringsOf(file)) {
    if (!GUID.test(text) || roles.has(text.toLowerCase())) continue;
    yield { line, problem: `${text} is no role in known-roles.json.` };
  }
  for (const { name, text, line } of namedStringsOf(file)) {
    const role = roles.get(text.toLowerCase());
    if (role === undefined || camelCase(role) === name) continue;
    yield { line, problem: `${name} is the id of the role ${role}.` };
  }
}

function camelCase(role: string): string {
  return role.replaceAll(" ", "").replace(/^./, (first) => first.toLowerCase());
}
