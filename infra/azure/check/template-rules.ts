import {
  type BicepFile,
  importsOf,
  type ModuleUse,
  modulesOf,
  namesOf,
  outputReadsOf,
  outputsOf,
  parametersOf,
  resourcesOf,
  syntaxErrorsOf,
  typePropertiesOf,
} from "./bicep-file.ts";
import type { Deployment } from "./deployment.ts";
import { type Finding, inEveryFile, inFile, type Rule } from "./finding.ts";

const MAIN = "main.bicep";

/** How the files of the template hang together. */
export const templateRules: readonly Rule[] = [
  inEveryFile("every Bicep file can be parsed", function* (file) {
    for (const line of syntaxErrorsOf(file)) yield { line, problem: "This is no Bicep." };
  }),
  { says: "every module exists, is used, and is given the parameters it has", check: checkModules },
  inEveryFile("every name that is used is declared, and the other way round", checkNames),
  inEveryFile("every parameter, setting and output has a description", function* (file) {
    for (const { name, line, description } of [
      ...parametersOf(file),
      ...typePropertiesOf(file),
      ...outputsOf(file),
    ]) {
      if (!description) yield { line, problem: `${name} has no @description.` };
    }
  }),
  { says: "main.parameters.json fills in every parameter, from a variable each", check: checkParameterFile },
  inEveryFile("every API version is a stable one", function* (file) {
    for (const { type, version, line } of resourcesOf(file)) {
      if (/^\d{4}-\d{2}-\d{2}$/.test(version)) continue;
      yield { line, problem: `${type}@${version} is a preview, or has no version. Take a stable one.` };
    }
  }),
];

function* checkModules({ bicep }: Deployment): Generator<Finding> {
  const used = new Set([MAIN]);
  for (const file of bicep.values()) {
    for (const target of importsOf(file)) used.add(target);
    const modules = modulesOf(file);
    for (const module of modules) {
      used.add(module.target);
      yield* checkModuleUse(file, module, bicep.get(module.target));
    }
    yield* checkOutputReads(file, modules, bicep);
  }
  for (const file of bicep.values()) {
    if (!used.has(file.path)) yield inFile(file, 1, "No other file uses this one.");
  }
}

function* checkModuleUse(file: BicepFile, use: ModuleUse, module: BicepFile | undefined): Generator<Finding> {
  if (!module) {
    yield inFile(file, use.line, `The module ${use.target} does not exist.`);
    return;
  }
  const declared = parametersOf(module);
  for (const name of use.parameters) {
    if (declared.some((parameter) => parameter.name === name)) continue;
    yield inFile(file, use.line, `${use.target} has no parameter ${name}.`);
  }
  for (const { name, optional } of declared) {
    if (optional || use.parameters.includes(name)) continue;
    yield inFile(file, use.line, `${use.target} is not given its parameter ${name}.`);
  }
}

function* checkOutputReads(
  file: BicepFile,
  modules: readonly ModuleUse[],
  bicep: ReadonlyMap<string, BicepFile>,
): Generator<Finding> {
  for (const { module, output, line } of outputReadsOf(file)) {
    const target = bicep.get(modules.find(({ name }) => name === module)?.target ?? "");
    if (!target || outputsOf(target).some(({ name }) => name === output)) continue;
    yield inFile(file, line, `${target.path} has no output ${output}.`);
  }
}

function* checkNames(file: BicepFile): Generator<{ line: number; problem: string }> {
  const { declared, used } = namesOf(file);
  const known = new Set(declared.map(({ name }) => name));
  const wanted = new Set(used.map(({ name }) => name));
  for (const { name, line } of used) {
    if (!known.has(name)) yield { line, problem: `${name} is not declared.` };
  }
  for (const { name, line, kind } of declared) {
    if (wanted.has(name) || !/^(?:parameter|variable)_declaration$/.test(kind)) continue;
    yield { line, problem: `${name} is of no use.` };
  }
}

function* checkParameterFile({ bicep, parameterValues }: Deployment): Generator<Finding> {
  const place = "infra/azure/main.parameters.json";
  const main = bicep.get(MAIN);
  const declared = main ? parametersOf(main).map(({ name }) => name) : [];
  const settings = [...bicep.values()].flatMap(typePropertiesOf).map(({ name }) => name);
  const given = parameterValues.get("settings");
  const givenSettings = typeof given === "object" && given !== null ? given : {};
  const problems = [
    ...differences("parameter", declared, [...parameterValues.keys()]),
    ...differences("setting", settings, Object.keys(givenSettings)),
  ];
  for (const problem of problems) yield { place, problem };
  for (const [name, value] of [...parameterValues, ...Object.entries(givenSettings)]) {
    if (typeof value === "object" || /^\$\{[A-Z_]+\}$/.test(String(value))) continue;
    const problem = `${name} has a fixed value. Give it a variable, like \${NAME}, and its default to the template.`;
    yield { place, problem };
  }
}

function* differences(
  kind: string,
  declared: readonly string[],
  given: readonly string[],
): Generator<string> {
  for (const name of declared) {
    if (!given.includes(name)) yield `The ${kind} ${name} of the template is not filled in.`;
  }
  for (const name of given) {
    if (!declared.includes(name)) yield `The template has no ${kind} ${name}.`;
  }
}
