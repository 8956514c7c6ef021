import type { Schema } from "./openapi-document.ts";

/**
 * Graph's schemas let unknown properties pass, though the service refuses them: a misspelt property would go
 * unseen. Here every object may hold what its type declares and annotations (names with @), and nothing else.
 * OpenAPI 3.0 words become JSON Schema 2020-12, whose `unevaluatedProperties` sees through inheritance.
 */
export class ClosedSchemas {
  readonly #schemas: Record<string, Schema>;
  readonly #open: ReadonlySet<string>;

  /** @param open  the types that may hold anything */
  constructor(schemas: Record<string, Schema>, open: Iterable<string>) {
    this.#schemas = schemas;
    this.#open = new Set(open);
  }

  /** Each named type by itself, not closed: others inherit from it. */
  components(): Record<string, Schema> {
    return Object.fromEntries(
      Object.entries(this.#schemas).map(([name, schema]) => [name, this.#component(name, schema)]),
    );
  }

  /** A schema as a request or an answer uses it: closed. */
  use(schema: Schema): Schema {
    const used = this.#inner(schema) as Schema;
    return "$ref" in schema || !("properties" in schema) ? used : close(used);
  }

  #component(name: string, schema: Schema): Schema {
    const { allOf, ...own } = schema;
    const rest = this.#inner(own, this.#open.has(name)) as Schema;
    if (!Array.isArray(allOf)) return rest;
    const inherited = (allOf as Schema[]).map((part) =>
      typeof part["$ref"] === "string"
        ? { $ref: nameOf(part["$ref"]) }
        : (this.#inner(part, this.#open.has(name)) as Schema),
    );
    return { ...rest, allOf: inherited };
  }

  #inner(value: unknown, open = false): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#inner(item));
    if (typeof value !== "object" || value === null) return value;
    const schema = value as Schema;
    if (typeof schema["$ref"] === "string") return this.#reference(nameOf(schema["$ref"]));
    const notNull = branchBesideNull(schema);
    if (notNull) return { if: { type: "null" }, else: this.#inner(notNull) };
    const entries = Object.entries(schema)
      .filter(([key, item]) => !isDropped(key, item, open))
      .map(([key, item]) => [key, this.#inner(item)] as const);
    return Object.fromEntries(entries);
  }

  /** An object of a type that others derive from is of the type its @odata.type names. */
  #reference(name: string): Schema {
    if (this.#open.has(name)) return { $ref: name };
    const { mapping } = (this.#schemas[name]?.["discriminator"] ?? {}) as {
      mapping?: Record<string, string>;
    };
    if (!mapping) return close({ $ref: name });
    const derived = Object.entries(mapping).filter(([, target]) => nameOf(target) !== name);
    const named = (condition: Schema): Schema => ({
      required: ["@odata.type"],
      properties: { "@odata.type": condition },
    });
    return {
      allOf: [
        ...derived.map(([type, target]) => ({
          if: { not: named({ const: type }) },
          else: close({ $ref: nameOf(target) }),
        })),
        { if: named({ enum: derived.map(([type]) => type) }), else: close({ $ref: name }) },
      ],
    };
  }
}

function close(schema: Schema): Schema {
  return { allOf: [schema], patternProperties: { "@": {} }, unevaluatedProperties: false };
}

function isDropped(key: string, value: unknown, open: boolean): boolean {
  return key === "discriminator" || (key === "additionalProperties" && value === true && !open);
}

/** OpenAPI 3.0 writes "or null" as a second branch that takes only null; as a condition its errors read better. */
function branchBesideNull({ anyOf }: Schema): unknown {
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return undefined;
  const [branch, second] = anyOf as [Schema, Schema];
  const values = second["enum"];
  return Array.isArray(values) && values.length === 1 && values[0] === null ? branch : undefined;
}

function nameOf(reference: string): string {
  return reference.replace("#/components/schemas/", "");
}
