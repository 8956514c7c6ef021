import type { IncomingHttpHeaders } from "node:http";
import pLimit from "p-limit";
import type { EmulatorAnswer } from "../emulator.ts";
import type { GraphRequest, Json } from "./call.ts";
import { bodyOf, isObject } from "./call.ts";
import { GraphError, badRequest } from "./graph-error.ts";

interface Part {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
  dependsOn: string[];
}

interface PartAnswer {
  id: string;
  status: number;
  headers: Record<string, string | string[]>;
  body?: unknown;
}

const MAX_PARTS = 20;
/** "The service executes up to 4 requests in parallel at any point, irrespective of the target mailbox." */
const PARALLEL = 4;

/**
 * Answers POST /$batch: each part by itself, as if it had come alone, four at a time, or one after the other where they
 * depend on one another. The status of the whole says nothing about the parts.
 * @throws {GraphError} 400: the batch itself is malformed, and no part is run
 * @see https://learn.microsoft.com/graph/json-batching
 * @see https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits-for-json-batching
 */
export async function answerBatch(
  request: GraphRequest,
  /** @param place  in the batch, from 1 */
  answerPart: (part: GraphRequest, place: number) => Promise<EmulatorAnswer>,
): Promise<EmulatorAnswer> {
  const parts = readParts(bodyOf(request));
  const answers = await runAll(parts, (part) =>
    answerPart(requestOf(part, request.headers), parts.indexOf(part) + 1),
  );
  // "Responses to the batched requests might appear in a different order." Here they do, also of parts that have an order:
  // https://learn.microsoft.com/answers/questions/1532547/regarding-batching-response-order
  return { status: 200, body: { responses: answers.toReversed() } };
}

async function runAll(parts: Part[], answer: (part: Part) => Promise<EmulatorAnswer>): Promise<PartAnswer[]> {
  const inParallel = pLimit(PARALLEL);
  const done = new Map<string, Promise<PartAnswer>>();
  async function run(part: Part): Promise<PartAnswer> {
    const before = await Promise.all(part.dependsOn.flatMap((id) => done.get(id.toLowerCase()) ?? []));
    if (before.some((other) => other.status >= 400)) return failedDependency(part);
    const { status, headers = {}, body } = await inParallel(() => answer(part));
    return { id: part.id, status, headers, ...(body === undefined ? {} : { body }) };
  }
  for (const part of parts) done.set(part.id.toLowerCase(), run(part));
  return Promise.all(done.values());
}

function failedDependency({ id, dependsOn }: Part): PartAnswer {
  const message = `A request that this one depends on (${dependsOn.join(", ")}) failed.`;
  return { id, status: 424, headers: {}, body: { error: { code: "FailedDependency", message } } };
}

/** A part brings its own headers; the token is the batch's. */
function requestOf({ method, url, headers, body }: Part, outer: IncomingHttpHeaders): GraphRequest {
  const [path = "", query = ""] = url.split(/\?(.*)/s);
  return {
    method,
    path: `/v1.0/${path.replace(/^\//, "")}`,
    query: new URLSearchParams(query),
    headers: { ...headers, authorization: headers["authorization"] ?? outer.authorization },
    text: typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body),
  };
}

function readParts({ requests }: Json): Part[] {
  if (!Array.isArray(requests) || requests.length === 0) throw badRequest("Invalid batch payload format.");
  if (requests.length > MAX_PARTS) {
    throw new GraphError(
      400,
      "MaximumValueExceeded",
      `Number of batch request steps exceeds the maximum value of ${MAX_PARTS}.`,
    );
  }
  const ids = new Set<string>();
  const parts = requests.map((request: unknown) => {
    const part = readPart(request);
    // Ids are compared without regard to case, and a part can only wait for one that stands before it.
    if (ids.has(part.id.toLowerCase()))
      throw badRequest(`Request id '${part.id}' is not unique in the batch.`);
    const unknown = part.dependsOn.find((id) => !ids.has(id.toLowerCase()));
    if (unknown !== undefined) {
      throw badRequest(`Request '${part.id}' depends on '${unknown}', which does not stand before it.`);
    }
    ids.add(part.id.toLowerCase());
    return part;
  });
  requireOrder(parts);
  return parts;
}

/**
 * Either no part depends on another, or each on the one before it, or all that do on the same one.
 * @see https://learn.microsoft.com/graph/json-batching#sequencing-requests-with-the-dependson-property
 * @see https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/2339 for the words
 * @see https://github.com/microsoftgraph/msgraph-sdk-javascript/blob/dev/src/content/BatchRequestContent.ts for the three patterns
 */
function requireOrder(parts: Part[]): void {
  const depending = parts.filter(({ dependsOn }) => dependsOn.length > 0);
  const isSerial = parts.every(({ dependsOn }, index) => {
    const before = parts[index - 1]?.id.toLowerCase();
    return before === undefined || (dependsOn.length === 1 && dependsOn[0]?.toLowerCase() === before);
  });
  const shared = new Set(depending.map(({ dependsOn }) => dependsOn.join().toLowerCase()));
  const isShared = shared.size === 1 && depending.every(({ dependsOn }) => dependsOn.length === 1);
  if (depending.length === 0 || isSerial || isShared) return;
  throw badRequest("Batch should be either fully sequential or fully parallel.");
}

function readPart(value: unknown): Part {
  const { id, method, url, headers, body, dependsOn } = isObject(value) ? value : {};
  if (
    typeof id !== "string" ||
    typeof method !== "string" ||
    typeof url !== "string" ||
    url.includes("://")
  ) {
    throw badRequest("Invalid batch payload format.");
  }
  const part = {
    id,
    method: method.toUpperCase(),
    url,
    headers: lowerCased(isObject(headers) ? headers : {}),
    body,
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map(String) : [],
  };
  requireContentType(part);
  return part;
}

/**
 * A part that writes needs a body, if only an empty object, and its Content-Type.
 * @see https://github.com/Softeria/ms-365-mcp-server/issues/677 and
 * https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2628 for the words
 */
function requireContentType({ id, method, headers, body }: Part): void {
  if (body === undefined && !["POST", "PATCH", "PUT"].includes(method)) return;
  if (body === undefined)
    throw badRequest(`Write request id : ${id} does not contain Content-Type header or body.`);
  if (headers["content-type"] === undefined) {
    throw badRequest(`Write request with id '${id}' does not contain a Content-Type header.`);
  }
}

function lowerCased(headers: Json): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
