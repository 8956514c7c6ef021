import { textOf } from "./call.ts";
import type { Json } from "./call.ts";
import { GraphError, badRequest } from "./graph-error.ts";
import type { ExtensionProperties, Extensions } from "./seed.ts";

// Outlook's name for the type stands before the extension's in its id; Graph's own is taken too.
const QUALIFIED = "Microsoft.OutlookServices.OpenTypeExtension.";
const PREFIXES = [QUALIFIED, "microsoft.graph.openTypeExtension."];
const TYPE = /^#?microsoft\.(?:graph|outlookservices)\.opentypeextension$/i;

/** The plain name in an id: the id itself, or what follows the type. */
export function extensionName(id: string): string {
  const prefix = PREFIXES.find((candidate) => id.toLowerCase().startsWith(candidate.toLowerCase()));
  return prefix === undefined ? id : id.slice(prefix.length);
}

/** @see https://learn.microsoft.com/graph/api/resources/opentypeextension */
export function renderExtension(name: string, properties: ExtensionProperties): Json {
  return {
    "@odata.type": "#microsoft.graph.openTypeExtension",
    id: QUALIFIED + name,
    extensionName: name,
    ...properties,
  };
}

/**
 * POST. On an Outlook item a name that is already there is no mistake: what the body does not mention stays.
 * @returns the extension's name
 * @see https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1541 (seen in the field, not documented)
 */
export function createExtension(extensions: Extensions, body: Json): string {
  const name = requireName(body);
  extensions[name] = { ...extensions[name], ...customProperties(body) };
  return name;
}

/**
 * PATCH. "You must specify all properties in the request body; otherwise, Microsoft Graph will delete the unspecified
 * properties."
 * @throws {GraphError} 404: there is no such extension
 * @see https://learn.microsoft.com/graph/api/opentypeextension-update
 */
export function replaceExtension(extensions: Extensions, name: string, body: Json): void {
  requireExtension(extensions, name);
  if (requireName(body) !== name)
    throw badRequest("The extensionName in the body is not the one in the path.");
  extensions[name] = customProperties(body);
}

/** @throws {GraphError} 404: there is no such extension */
export function requireExtension(extensions: Extensions, name: string): ExtensionProperties {
  const properties = extensions[name];
  if (properties) return properties;
  throw new GraphError(404, "ErrorItemNotFound", `Extension with id '${name}' was not found.`);
}

/** "@odata.type" and "extensionName" are the two required properties, of a PATCH as of a POST. */
function requireName(body: Json): string {
  if (!TYPE.test(textOf(body["@odata.type"]) ?? "")) {
    throw badRequest("An open extension needs '@odata.type': 'microsoft.graph.openTypeExtension'.");
  }
  const name = textOf(body["extensionName"]);
  if (name) return extensionName(name);
  throw badRequest("An open extension needs an extensionName.");
}

/** "The data in an extension can be primitive types, or arrays of primitive types." */
function customProperties(body: Json): ExtensionProperties {
  const custom = Object.entries(body).filter(
    ([name]) => !name.includes("@odata.") && name !== "extensionName" && name !== "id",
  );
  const odd = custom.find(([, value]) => ![value].flat().every(isPrimitive));
  if (odd) throw badRequest(`'${odd[0]}' is neither a primitive nor an array of primitives.`);
  return Object.fromEntries(custom);
}

function isPrimitive(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
