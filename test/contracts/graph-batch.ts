import type { Exchange } from "../../infra/local/emulators/emulator.ts";

interface BatchPart {
  id?: unknown;
  method?: unknown;
  url?: unknown;
  headers?: Record<string, string>;
  body?: unknown;
  dependsOn?: unknown;
}

interface BatchAnswer {
  id?: unknown;
  status?: unknown;
  headers?: Record<string, string>;
  body?: unknown;
}

const MAX_PARTS = 20;

/** A batch taken apart: what is wrong with its envelope, and each part as an exchange of its own. */
export interface UnpackedBatch {
  problems: string[];
  parts: Exchange[];
}

/**
 * $batch is not in Microsoft's OpenAPI; its rules are those of its page.
 * @see https://learn.microsoft.com/graph/json-batching
 */
export function unpackBatch(exchange: Exchange): UnpackedBatch {
  const asked = listIn(exchange.requestBody, "requests") as BatchPart[] | undefined;
  if (!asked) return { problems: ["a $batch holds a list of requests"], parts: [] };
  const problems = envelopeProblems(asked);
  if (exchange.status !== 200) return { problems, parts: [] };
  const answered = listIn(exchange.responseBody, "responses") as BatchAnswer[] | undefined;
  if (!answered) return { problems: [...problems, "a $batch answers a list of responses"], parts: [] };
  const answers = new Map(answered.map((answer) => [answer.id, answer]));
  if (answers.size !== asked.length || answered.length !== asked.length) {
    problems.push(`a $batch of ${asked.length} answers as many parts, not ${answered.length}`);
  }
  const parts = asked.flatMap((part) => {
    const answer = answers.get(part.id);
    if (!answer) return [];
    if (typeof answer.status !== "number") problems.push(`part ${String(part.id)} has no numeric status`);
    return [exchangeOf(exchange, part, answer)];
  });
  return { problems, parts };
}

function envelopeProblems(asked: BatchPart[]): string[] {
  const problems: string[] = [];
  if (asked.length === 0 || asked.length > MAX_PARTS) {
    problems.push(`a $batch has 1 to ${MAX_PARTS} parts, not ${asked.length}`);
  }
  const ids = new Set<unknown>();
  const all = new Set(asked.map(({ id }) => id));
  for (const { id, method, url, headers, body, dependsOn } of asked) {
    const part = `part ${String(id)}`;
    if (typeof id !== "string" || id === "") problems.push(`${part} has no text as its id`);
    if (ids.has(id)) problems.push(`${part} has the id of another`);
    if (typeof method !== "string") problems.push(`${part} has no method`);
    if (typeof url !== "string" || !url.startsWith("/"))
      problems.push(`${part} has no url that starts with /`);
    if (body !== undefined && headerOf(headers, "content-type") === undefined) {
      problems.push(`${part} has a body without a Content-Type`);
    }
    for (const other of Array.isArray(dependsOn) ? (dependsOn as unknown[]) : []) {
      if (!all.has(other)) problems.push(`${part} depends on ${String(other)}, which is no part`);
    }
    ids.add(id);
  }
  return [...problems, ...orderProblems(asked)];
}

/** "Batch should be either fully sequential or fully parallel." */
function orderProblems(asked: BatchPart[]): string[] {
  const isParallel = asked.every(({ dependsOn }) => dependsOn === undefined);
  const isSerial = asked.every(({ dependsOn }, index) => {
    const before = index === 0 ? undefined : [asked[index - 1]?.id];
    return JSON.stringify(dependsOn) === JSON.stringify(before);
  });
  return isParallel || isSerial
    ? []
    : ["the parts are neither independent nor each dependent on the one before"];
}

function exchangeOf(batch: Exchange, part: BatchPart, answer: BatchAnswer): Exchange {
  const url = new URL(String(part.url), "https://graph.microsoft.com");
  const [path = ""] = String(part.url).split("?", 1);
  const headers = Object.entries(part.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    service: batch.service,
    method: String(part.method).toUpperCase(),
    path,
    query: url.searchParams,
    requestHeaders: Object.fromEntries(headers) as Exchange["requestHeaders"],
    requestBody: part.body,
    status: Number(answer.status),
    responseHeaders: answer.headers ?? {},
    responseBody: answer.body,
    ...(batch.injected ? { injected: true } : {}),
  };
}

function headerOf(headers: Record<string, string> | undefined, name: string): string | undefined {
  return Object.entries(headers ?? {}).find(([given]) => given.toLowerCase() === name)?.[1];
}

function listIn(body: unknown, name: string): unknown[] | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const list = (body as Record<string, unknown>)[name];
  return Array.isArray(list) ? list : undefined;
}
