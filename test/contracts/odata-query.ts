import type { OperationFinder, Parameter, Schema } from "./openapi-document.ts";

/** Where a service's links lead to: clients follow them as they are, so their parameters need no declaration. */
const OPAQUE = new Set(["$skiptoken", "$deltatoken"]);

/** Checks query parameters: declared, present when required, and of their type; lists are comma-separated. */
export function queryProblems(
  parameters: Parameter[],
  query: URLSearchParams,
  problemsOf: (schema: Schema, value: unknown) => string[],
): string[] {
  const declared = new Map(
    parameters
      .filter((parameter) => parameter.in === "query")
      .map((parameter) => [parameter.name, parameter]),
  );
  const opaque = [...OPAQUE].some((name) => query.has(name));
  const missing = [...declared.values()]
    .filter(({ name, required }) => required === true && !query.has(name) && !opaque)
    .map(({ name }) => `the query parameter ${name} is required`);
  const wrong = [...new Set(query.keys())].flatMap((name) => {
    if (OPAQUE.has(name)) return [];
    const parameter = declared.get(name);
    if (!parameter) return [`there is no query parameter ${name}`];
    if (query.getAll(name).length > 1) return [`the query parameter ${name} is given more than once`];
    const value = typedValue(parameter.schema, query.get(name) ?? "");
    return problemsOf(parameter.schema, value).map((problem) =>
      `the query parameter ${name}: ${problem}`.replace("the body ", ""),
    );
  });
  return [...missing, ...wrong];
}

/** Checks that $select and $orderby name properties, and $expand relations, of the type that is answered. */
export function propertyProblems(
  finder: OperationFinder,
  answered: Schema | undefined,
  query: URLSearchParams,
): string[] {
  const properties = answered && propertiesOf(finder, itemOf(finder, answered));
  if (!properties || properties.size === 0) return [];
  return ["$select", "$orderby", "$expand"].flatMap((parameter) =>
    splitList(query.get(parameter) ?? "")
      .map((term) => /^[^(/ ]*/.exec(term.trim())?.[0] ?? "")
      .filter((name) => {
        const property = properties.get(name);
        if (!property) return true;
        return parameter === "$expand" && property["x-ms-navigationProperty"] !== true;
      })
      .map((name) => `${parameter} names ${name}, which the type does not have`),
  );
}

function typedValue(schema: Schema, text: string): unknown {
  switch (schema["type"]) {
    case "array":
      return splitList(text);
    case "integer":
    case "number":
      return text.trim() === "" ? text : Number(text);
    case "boolean":
      return { true: true, false: false }[text] ?? text;
    default:
      return text;
  }
}

/** Commas inside parentheses and quotes belong to an item: `extensions($filter=id eq 'a,b')` is one. */
function splitList(text: string): string[] {
  if (text === "") return [];
  const items = [""];
  let depth = 0;
  let quoted = false;
  for (const character of text) {
    if (character === "'") quoted = !quoted;
    if (!quoted && character === "(") depth += 1;
    if (!quoted && character === ")") depth -= 1;
    if (character === "," && depth === 0 && !quoted) items.push("");
    else items.push((items.pop() ?? "") + character);
  }
  return items;
}

/** The type of the items, when the answer is a collection of them. */
function itemOf(finder: OperationFinder, schema: Schema): Schema {
  const { value } = (finder.resolve(schema)["properties"] ?? {}) as Record<string, Schema>;
  const items = value?.["items"];
  return typeof items === "object" && items !== null ? (items as Schema) : schema;
}

/** Its own, those it inherits, and those of the types derived from it: a list of members may select a user's mail. */
function propertiesOf(finder: OperationFinder, schema: Schema, derived = true): Map<string, Schema> {
  const { properties, allOf, discriminator } = finder.resolve(schema) as {
    properties?: Record<string, Schema>;
    allOf?: Schema[];
    discriminator?: { mapping: Record<string, string> };
  };
  const targets = derived ? Object.values(discriminator?.mapping ?? {}) : [];
  const related = [...(allOf ?? []), ...targets.map(($ref) => ({ $ref }))];
  const found = new Map<string, Schema>();
  for (const part of related) {
    for (const [name, property] of propertiesOf(finder, part, false)) found.set(name, property);
  }
  for (const [name, property] of Object.entries(properties ?? {})) found.set(name, property);
  return found;
}
