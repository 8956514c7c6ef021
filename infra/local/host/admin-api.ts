import { z } from "zod";
import { HOST_VERSION } from "./core-api.ts";
import type { FunctionIndex, HostFunction } from "./indexing.ts";

export interface AdminAnswer {
  status: number;
  /** Sent as JSON. */
  body?: unknown;
}

export interface AdminRequest {
  method: string;
  /** Decoded, from `/admin` on. */
  path: string;
  contentType: string;
  body: Buffer | undefined;
}

export interface AdminOptions {
  index: FunctionIndex;
  /** Such as http://localhost:7071. */
  url: string;
  /** Begins a function that is not HTTP, and does not wait for its end. */
  fire: (name: string, input: string) => void;
}

const invocation = z.object({ input: z.string().nullish() });

/**
 * Answers what comes below /admin, for one who has shown the master key.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
 */
export function answerAdmin(request: AdminRequest, options: AdminOptions): AdminAnswer {
  const { index, url } = options;
  const [, area = "", name, detail, ...rest] = request.path.replace(/\/$/, "").split("/").slice(1);
  const isGet = request.method === "GET";
  if (rest.length > 0) return { status: 404 };
  if (isGet && area === "host" && name === "status" && detail === undefined)
    return { status: 200, body: hostStatus() };
  if (area !== "functions") return { status: 404 };
  if (name === undefined) return isGet ? { status: 200, body: listOf(index, url) } : { status: 404 };

  const found = index.functions.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (isGet && detail === "status") return statusOf(name, found, index);
  if (detail !== undefined) return { status: 404 };
  if (isGet) return found === undefined ? { status: 404 } : { status: 200, body: describe(found, url) };
  return request.method === "POST" ? fireBy(request, found, options) : { status: 404 };
}

function fireBy(request: AdminRequest, found: HostFunction | undefined, options: AdminOptions): AdminAnswer {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(request.contentType)) return { status: 415 };
  const parsed = invocation.safeParse(jsonOf(request.body));
  if (!parsed.success) return { status: 400 };
  if (found === undefined) return { status: 404 };
  if (found.trigger === "http") {
    return {
      status: 400,
      body: { error: `The local host does not fire an HTTP function so: use /${found.route}` },
    };
  }
  options.fire(found.name, parsed.data.input ?? "");
  return { status: 202 };
}

function jsonOf(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString() ?? "");
  } catch {
    return undefined;
  }
}

function hostStatus(): object {
  return {
    id: "rollcall-local",
    state: "Running",
    version: HOST_VERSION,
    processUptime: Math.trunc(process.uptime() * 1000),
  };
}

function listOf({ functions, errors }: FunctionIndex, url: string): object[] {
  return [...functions.map((one) => describe(one, url)), ...errors.map(({ name }) => ({ name }))];
}

function statusOf(name: string, found: HostFunction | undefined, { errors }: FunctionIndex): AdminAnswer {
  const messages = errors
    .filter((error) => error.name.toLowerCase() === name.toLowerCase())
    .map(({ message }) => message);
  if (messages.length > 0) return { status: 200, body: { errors: messages } };
  return found === undefined ? { status: 404 } : { status: 200, body: {} };
}

function describe(one: HostFunction, url: string): object {
  return {
    name: one.name,
    href: `${url}/admin/functions/${one.name}`,
    language: "node",
    isDisabled: false,
    ...(one.trigger === "http" ? { invoke_url_template: `${url}/${one.route.toLowerCase()}` } : {}),
    config: { bindings: [bindingOf(one)] },
  };
}

function bindingOf(one: HostFunction): object {
  if (one.trigger === "timer") return { type: "timerTrigger", schedule: one.schedule.expression };
  if (one.trigger === "queue") {
    return { type: "queueTrigger", queueName: one.queueName, connection: one.connection };
  }
  return { type: "httpTrigger", route: one.route, methods: one.methods, authLevel: one.authLevel };
}
