import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { ClosedSchemas } from "./closed-schema.ts";
import type { Schema } from "./openapi-document.ts";

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Checks values against the schemas of one document; each is compiled when it is first needed, and kept. */
export class SchemaChecker {
  readonly #ajv: Ajv2020;
  readonly #closed: ClosedSchemas;
  readonly #compiled = new WeakMap<Schema, ValidateFunction>();

  constructor(schemas: Record<string, Schema>, open: Iterable<string>) {
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
    addFormats.default(this.#ajv);
    this.#ajv.addFormat("base64url", BASE64);
    this.#closed = new ClosedSchemas(schemas, open);
    for (const [name, schema] of Object.entries(this.#closed.components())) {
      this.#ajv.addSchema(schema, name);
    }
  }

  /** What is wrong with the value, one line each; empty when nothing is. */
  problems(schema: Schema, value: unknown): string[] {
    let validate = this.#compiled.get(schema);
    if (!validate) {
      validate = this.#ajv.compile(this.#closed.use(schema));
      this.#compiled.set(schema, validate);
    }
    if (validate(value)) return [];
    const lines = (validate.errors ?? []).filter(({ keyword }) => keyword !== "if").map(lineOf);
    return [...new Set(lines)];
  }
}

function lineOf({ instancePath, message = "", params }: ErrorObject): string {
  const { unevaluatedProperty, allowedValues } = params as Record<string, unknown>;
  const where = instancePath === "" ? "the body" : instancePath;
  if (typeof unevaluatedProperty === "string") return `${where} has no property ${unevaluatedProperty}`;
  if (Array.isArray(allowedValues)) return `${where} ${message}: ${allowedValues.join(", ")}`;
  return `${where} ${message}`;
}
