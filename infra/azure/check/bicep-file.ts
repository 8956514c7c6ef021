import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Language, type Node, Parser } from "web-tree-sitter";

/** One Bicep file as a syntax tree. It is parsed, not compiled: names and values are seen, types are not. */
export interface BicepFile {
  /** Relative to the folder of the deployment, with slashes. */
  readonly path: string;
  readonly root: Node;
}

/** A parameter, an output, or a property of a type. */
export interface Declaration {
  readonly name: string;
  readonly line: number;
  readonly description: string | undefined;
  /** For a parameter: whether it may be left out. */
  readonly optional: boolean;
}

export interface ModuleUse {
  /** What the file that uses it calls it. */
  readonly name: string;
  /** Path of the module, relative to the folder of the deployment. */
  readonly target: string;
  readonly line: number;
  readonly parameters: readonly string[];
}

export interface Resource {
  /** With the types of its parents: `Microsoft.Web/sites/config`. */
  readonly type: string;
  readonly version: string;
  readonly line: number;
  /** Declared elsewhere, and only referred to here. */
  readonly existing: boolean;
  /** The properties that are written out, by path: `properties.httpsOnly` to `true`. */
  readonly values: ReadonlyMap<string, string>;
}

let parser: Promise<Parser> | undefined;

/** @throws {Error} the file cannot be read */
export async function readBicepFile(folder: string, file: string): Promise<BicepFile> {
  const text = await readFile(path.join(folder, file), "utf8");
  parser ??= loadParser();
  const tree = (await parser).parse(text);
  if (tree === null) throw new Error(`${file} could not be parsed.`);
  return { path: file, root: tree.rootNode };
}

async function loadParser(): Promise<Parser> {
  await Parser.init();
  const grammar = fileURLToPath(import.meta.resolve("tree-sitter-bicep/tree-sitter-bicep.wasm"));
  const loaded = new Parser();
  loaded.setLanguage(await Language.load(grammar));
  return loaded;
}

/** The first line of each piece that is no Bicep. */
export function syntaxErrorsOf(file: BicepFile): number[] {
  if (!file.root.hasError) return [];
  const lines = [...everyNode(file.root)].filter((node) => node.isError || node.isMissing).map(lineOf);
  return [...new Set(lines)];
}

export function parametersOf(file: BicepFile): Declaration[] {
  return file.root.descendantsOfType("parameter_declaration").map(declaration);
}

export function outputsOf(file: BicepFile): Declaration[] {
  return file.root.descendantsOfType("output_declaration").map(declaration);
}

export function typePropertiesOf(file: BicepFile): Declaration[] {
  return file.root
    .descendantsOfType("type_declaration")
    .flatMap((type) => type.descendantsOfType("object_property"))
    .map(declaration);
}

function declaration(node: Node): Declaration {
  return {
    name: node.firstNamedChild === null ? "" : unquoted(node.firstNamedChild),
    line: lineOf(node),
    description: descriptionOf(node),
    // A parameter with a default has three parts: name, type, default.
    optional: node.namedChildCount > 2 || node.descendantsOfType("nullable_type").length > 0,
  };
}

function descriptionOf(node: Node): string | undefined {
  let before = node.previousNamedSibling;
  while (before?.type === "comment") before = before.previousNamedSibling;
  if (before?.type !== "decorators") return undefined;
  const call = before
    .descendantsOfType("call_expression")
    .find((candidate) => candidate.childForFieldName("function")?.text === "description");
  const text = call?.childForFieldName("arguments")?.firstNamedChild;
  return text ? unquoted(text).trim() : undefined;
}

/** Files that this one takes types from, relative to the folder of the deployment. */
export function importsOf(file: BicepFile): string[] {
  return file.root
    .descendantsOfType("import_functionality")
    .flatMap((node) => node.descendantsOfType("string"))
    .map((text) => beside(file, unquoted(text)));
}

export function modulesOf(file: BicepFile): ModuleUse[] {
  return file.root.descendantsOfType("module_declaration").map((node) => {
    const target = node.namedChildren.find((child) => child.type === "string");
    const body = node.descendantsOfType("object")[0];
    const parameters = body && propertiesOf(body).get("params");
    return {
      name: node.firstNamedChild?.text ?? "",
      target: target ? beside(file, unquoted(target)) : "",
      line: lineOf(node),
      parameters: parameters ? [...propertiesOf(parameters).keys()] : [],
    };
  });
}

/** What a file reads of its modules: `storage.outputs.name`. */
export function outputReadsOf(file: BicepFile): { module: string; output: string; line: number }[] {
  return file.root.descendantsOfType("member_expression").flatMap((node) => {
    const read = /^(\w+)\.outputs\.(\w+)$/.exec(node.text);
    return read?.[1] && read[2] ? [{ module: read[1], output: read[2], line: lineOf(node) }] : [];
  });
}

export function resourcesOf(file: BicepFile): Resource[] {
  return file.root.descendantsOfType("resource_declaration").map((node) => {
    const [type = "", version = ""] = typeAndVersion(node);
    const body = node.descendantsOfType("object")[0];
    const values = new Map<string, string>();
    if (body) collectValues(body, "", values);
    const existing = node.children.some((child) => child.text === "existing");
    return { type, version, line: lineOf(node), existing, values };
  });
}

/** A resource inside another one leaves out its parent's type and, mostly, its version. */
function typeAndVersion(node: Node): string[] {
  const text = node.namedChildren.find((child) => child.type === "string");
  const [type = "", version = ""] = (text ? unquoted(text) : "").split("@");
  let parent = node.parent;
  while (parent && parent.type !== "resource_declaration") parent = parent.parent;
  if (!parent) return [type, version];
  const [parentType = "", parentVersion = ""] = typeAndVersion(parent);
  return [`${parentType}/${type}`, version || parentVersion];
}

function collectValues(object: Node, prefix: string, into: Map<string, string>): void {
  for (const [name, value] of propertiesOf(object)) {
    if (value.type === "object") collectValues(value, `${prefix}${name}.`, into);
    else into.set(`${prefix}${name}`, unquoted(value));
  }
}

/** Every property that is written out anywhere, also as `{ name: '...', value: ... }`. */
export function propertyNamesOf(file: BicepFile): { name: string; line: number }[] {
  const names: { name: string; line: number }[] = [];
  for (const object of file.root.descendantsOfType("object")) {
    const properties = propertiesOf(object);
    for (const [name, value] of properties) names.push({ name, line: lineOf(value) });
    const name = properties.get("name");
    if (name?.type !== "string" || !properties.has("value")) continue;
    names.push({ name: unquoted(name), line: lineOf(name) });
  }
  return names;
}

export function stringsOf(file: BicepFile): { text: string; line: number }[] {
  return file.root.descendantsOfType("string").map((node) => ({ text: unquoted(node), line: lineOf(node) }));
}

/** Strings that are given a name: `var storageBlobDataOwner = '...'`. */
export function namedStringsOf(file: BicepFile): { name: string; text: string; line: number }[] {
  return file.root.descendantsOfType("variable_declaration").flatMap((node) => {
    const [name, value] = node.namedChildren;
    if (!name || value?.type !== "string") return [];
    return [{ name: name.text, text: unquoted(value), line: lineOf(node) }];
  });
}

/** Names of the functions that are called, also as methods. */
export function callsOf(file: BicepFile): { name: string; line: number }[] {
  return file.root.descendantsOfType("call_expression").flatMap((node) => {
    const name = node.childForFieldName("function")?.text.split(".").at(-1);
    return name ? [{ name, line: lineOf(node) }] : [];
  });
}

const DECLARATIONS = new Set([
  "parameter_declaration",
  "variable_declaration",
  "resource_declaration",
  "module_declaration",
  "type_declaration",
  "output_declaration",
  "lambda_expression",
  "for_statement",
]);

/** Every name that stands for a value or a type: where it is declared, and where it is used. */
export function namesOf(file: BicepFile): { declared: UsedName[]; used: UsedName[] } {
  const declared: UsedName[] = [];
  const used: UsedName[] = [];
  for (const node of file.root.descendantsOfType("identifier")) {
    const parent = node.parent;
    if (parent === null) continue;
    const isFirst = parent.firstNamedChild?.equals(node) === true;
    const name = { name: node.text, line: lineOf(node), kind: parent.type };
    if ((isFirst && DECLARATIONS.has(parent.type)) || parent.type === "import_functionality")
      declared.push(name);
    else if (isFirst && parent.type === "object_property" && parent.namedChildCount > 1) continue;
    else if (parent.childForFieldName("function")?.equals(node) !== true) used.push(name);
  }
  return { declared, used };
}

export interface UsedName {
  readonly name: string;
  readonly line: number;
  /** What it is part of, as the grammar calls it: `parameter_declaration`. */
  readonly kind: string;
}

function propertiesOf(object: Node): Map<string, Node> {
  const properties = new Map<string, Node>();
  for (const child of object.namedChildren) {
    const name = child.type === "object_property" ? child.firstNamedChild : null;
    const value = child.lastNamedChild;
    if (name && value && name.type !== "resource_declaration") properties.set(unquoted(name), value);
  }
  return properties;
}

function* everyNode(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* everyNode(child);
}

function unquoted(node: Node): string {
  if (node.type !== "string") return node.text;
  return node.text.replace(/^'''|'''$/g, "").replace(/^'|'$/g, "");
}

function lineOf(node: Node): number {
  return node.startPosition.row + 1;
}

function beside(file: BicepFile, target: string): string {
  return path.posix.join(path.posix.dirname(file.path), target);
}
