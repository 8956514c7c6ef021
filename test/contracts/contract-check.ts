import { AssertionError } from "node:assert";
import { readFileSync } from "node:fs";
import type { Exchange } from "../../infra/local/emulators/emulator.ts";
import { unpackBatch } from "./graph-batch.ts";
import { propertyProblems, queryProblems } from "./odata-query.ts";
import { OperationFinder } from "./openapi-document.ts";
import type { OpenApiDocument, Operation, Schema } from "./openapi-document.ts";
import { SchemaChecker } from "./schema-checker.ts";

export interface ContractObserver {
  /** Give this to an emulator: it checks what was asked and what was answered. */
  onExchange(exchange: Exchange): void;
  /** @throws {AssertionError} lists every way in which either side broke the contract */
  assertClean(): void;
}

interface Service {
  file: string;
  basePath: string;
  /** Types whose objects may have any properties. */
  openTypes: string[];
  /** The vendor describes the bodies of its refusals in words only. */
  errorsUndescribed?: boolean;
}

/** The services whose published contract is beside this file. */
const SERVICES = {
  msgraph: {
    file: "msgraph.json",
    basePath: "/v1.0",
    openTypes: [
      // Their properties are whatever the app puts there.
      "microsoft.graph.extension",
      "microsoft.graph.openTypeExtension",
      // "The structure of this object is service-specific."
      "microsoft.graph.ODataErrors.InnerError",
    ],
  },
  webex: { file: "webex.json", basePath: "/v1", openTypes: [], errorsUndescribed: true },
} satisfies Record<string, Service>;

export type ContractService = keyof typeof SERVICES;

interface Contract {
  basePath: string;
  errorsUndescribed: boolean;
  finder: OperationFinder;
  checker: SchemaChecker;
}

const contracts = new Map<ContractService, Contract>();

/**
 * Watches an emulator and holds both sides of each exchange against what the vendor publishes: the operation exists,
 * its parameters and body are as declared, and so are the status and body of the answer.
 */
export function contractObserver(service: ContractService): ContractObserver {
  const exchanges: Exchange[] = [];
  return {
    // Checked at the end: to compile a schema takes long enough to be in the way of what is being tested.
    onExchange: (exchange) => void exchanges.push(exchange),
    assertClean: () => {
      const violations = new Map<string, number>();
      for (const problem of exchanges.flatMap((exchange) =>
        exchangeProblems(contractOf(service), exchange),
      )) {
        violations.set(problem, (violations.get(problem) ?? 0) + 1);
      }
      if (violations.size === 0) return;
      const lines = [...violations].map(([problem, count]) =>
        count > 1 ? `${problem} (${count} times)` : problem,
      );
      throw new AssertionError({
        message: `The contract of ${service} was broken:\n  ${lines.join("\n  ")}`,
      });
    },
  };
}

function contractOf(service: ContractService): Contract {
  const known = contracts.get(service);
  if (known) return known;
  const { file, basePath, openTypes, errorsUndescribed = false }: Service = SERVICES[service];
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  const document = JSON.parse(text) as OpenApiDocument;
  const contract = {
    basePath,
    errorsUndescribed,
    finder: new OperationFinder(document),
    checker: new SchemaChecker(document.components.schemas, openTypes),
  };
  contracts.set(service, contract);
  return contract;
}

function exchangeProblems(contract: Contract, exchange: Exchange): string[] {
  const { method, path } = exchange;
  if (!path.startsWith(`${contract.basePath}/`)) return [`${method} ${path}: not below ${contract.basePath}`];
  const operationPath = path.slice(contract.basePath.length);
  if (operationPath !== "/$batch") return operationProblems(contract, { ...exchange, path: operationPath });
  const { problems, parts } = unpackBatch(exchange);
  return [
    ...problems.map((problem) => `${method} /$batch: ${problem}`),
    ...parts.flatMap((part) => operationProblems(contract, part)),
  ];
}

function operationProblems(contract: Contract, exchange: Exchange): string[] {
  const { method, path, query, status, injected } = exchange;
  const operation = contract.finder.find(method, path);
  const called = `${method} ${path}`;
  if (!operation) return [`${called}: the contract has no such operation`];
  const problemsOf = (schema: Schema, value: unknown): string[] => contract.checker.problems(schema, value);
  const asked = [
    ...queryProblems(operation.parameters, query, problemsOf),
    ...propertyProblems(contract.finder, schemaOf(successOf(operation)), query),
    ...requestProblems(operation, exchange, problemsOf),
  ].map((problem) => `${called}: asked: ${problem}`);
  if (injected) return asked;
  const described = status < 400 || !contract.errorsUndescribed;
  const answered = responseProblems(
    operation,
    described ? exchange : { ...exchange, responseBody: undefined },
    problemsOf,
  );
  return [...asked, ...answered.map((problem) => `${called}: answered ${status}: ${problem}`)];
}

function requestProblems(
  { requestBody }: Operation,
  { requestBody: body, requestHeaders }: Exchange,
  problemsOf: (schema: Schema, value: unknown) => string[],
): string[] {
  if (body === undefined) return requestBody?.required ? ["a body is required"] : [];
  if (!requestBody) return ["this operation takes no body"];
  const type = mediaType(requestHeaders["content-type"] ?? "");
  const content = requestBody.content?.[type];
  if (!content) {
    return [
      `a body of type ${type || "nothing"} is not one of ${Object.keys(requestBody.content ?? {}).join(", ")}`,
    ];
  }
  return content.schema ? problemsOf(content.schema, body) : [];
}

function responseProblems(
  { responses }: Operation,
  { status, responseBody: body, responseHeaders }: Exchange,
  problemsOf: (schema: Schema, value: unknown) => string[],
): string[] {
  const response = responses[status] ?? responses[`${Math.floor(status / 100)}XX`] ?? responses["default"];
  if (!response) return ["the contract has no such status"];
  if (status === 204) return body === undefined ? [] : ["a 204 has no body"];
  const schema = schemaOf(response);
  // 202 says that the work is not done, so there may be nothing to show.
  if (body === undefined) return schema && status !== 202 ? ["the body is missing"] : [];
  if (!schema) return ["there is a body where none is declared"];
  const type = Object.entries(responseHeaders).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  if (typeof type === "string" && mediaType(type) !== "application/json") {
    return [`the body is ${type}, not JSON`];
  }
  return problemsOf(schema, body);
}

function successOf({ responses }: Operation): Operation["responses"][string] | undefined {
  return Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1];
}

function schemaOf(holder: { content?: Record<string, { schema?: Schema }> } | undefined): Schema | undefined {
  return holder?.content?.["application/json"]?.schema;
}

function mediaType(header: string): string {
  return (header.split(";", 1)[0] ?? "").trim().toLowerCase();
}
