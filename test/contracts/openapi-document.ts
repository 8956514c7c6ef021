/** The parts of an OpenAPI 3.0 document that a check needs: operations found by path, references followed. */

export type Schema = Record<string, unknown>;

export interface Parameter {
  name: string;
  in: "query" | "path" | "header" | "cookie";
  required?: boolean;
  schema: Schema;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

export interface Operation {
  parameters: Parameter[];
  requestBody?: Content & { required?: boolean };
  responses: Record<string, Content>;
}

type Referable<T> = T | { $ref: string };

interface RawOperation {
  parameters?: Referable<Parameter>[];
  requestBody?: Referable<Content & { required?: boolean }>;
  responses: Record<string, Referable<Content>>;
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, Schema> } & Record<string, Record<string, unknown>>;
}

interface Route {
  method: string;
  segments: string[];
  raw: RawOperation;
}

/** Finds the operation a request is, by method and path. */
export class OperationFinder {
  readonly #document: OpenApiDocument;
  readonly #routes: Route[];

  constructor(document: OpenApiDocument) {
    this.#document = document;
    this.#routes = Object.entries(document.paths)
      .flatMap(([path, operations]) =>
        Object.entries(operations).map(([method, raw]) => ({
          method: method.toUpperCase(),
          segments: path.split("/"),
          raw,
        })),
      )
      // A literal path is meant before a template that fits too.
      .sort((one, other) => templates(one) - templates(other));
  }

  find(method: string, path: string): Operation | undefined {
    const segments = path.split("/");
    const route = this.#routes.find((candidate) => candidate.method === method && fits(candidate, segments));
    if (!route) return undefined;
    const { parameters = [], requestBody, responses } = route.raw;
    return {
      parameters: parameters.map((parameter) => this.resolve(parameter)),
      ...(requestBody === undefined ? {} : { requestBody: this.resolve(requestBody) }),
      responses: Object.fromEntries(
        Object.entries(responses).map(([status, response]) => [status, this.resolve(response)]),
      ),
    };
  }

  /** What a reference such as #/components/schemas/event points to. @throws {Error} it points nowhere */
  resolve<T extends object>(value: Referable<T>): T {
    if (!("$ref" in value) || typeof value.$ref !== "string") return value as T;
    let found: unknown = this.#document;
    for (const key of value.$ref.replace(/^#\//, "").split("/")) {
      found = (found as Record<string, unknown>)[key.replaceAll("~1", "/").replaceAll("~0", "~")];
      if (found === undefined) throw new Error(`The contract has a reference to nowhere: ${value.$ref}`);
    }
    return this.resolve(found as Referable<T>);
  }
}

function templates({ segments }: Route): number {
  return segments.filter(isTemplate).length;
}

function fits({ segments }: Route, asked: string[]): boolean {
  return (
    segments.length === asked.length &&
    segments.every((segment, index) => {
      const given = asked[index] ?? "";
      // A function without parameters may be called without its parentheses.
      return isTemplate(segment) ? given !== "" : given === segment || `${given}()` === segment;
    })
  );
}

function isTemplate(segment: string): boolean {
  return segment.startsWith("{");
}
