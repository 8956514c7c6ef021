import { z } from "zod";
import type { HostSettings } from "./host-json.ts";
import type { AuthLevel } from "./keys.ts";
import { parseNcrontab } from "../../../shared/config/ncrontab.ts";
import type { Schedule } from "../../../shared/config/ncrontab.ts";
import { RouteConstraintError } from "./route-constraints.ts";
import { parseRouteTemplate } from "./route-template.ts";
import type { RouteTemplate } from "./route-template.ts";
import type { RegisteredFunction } from "./rpc.ts";

interface Indexed {
  name: string;
  functionId: string;
  /** The name of the trigger's binding, under which its data is passed. */
  bindingName: string;
}

export interface HttpFunction extends Indexed {
  trigger: "http";
  /** With the prefix. */
  route: string;
  template: RouteTemplate;
  /** Upper case; undefined when every method is taken. */
  methods: string[] | undefined;
  authLevel: AuthLevel;
}

export interface TimerFunction extends Indexed {
  trigger: "timer";
  schedule: Schedule;
  runOnStartup: boolean;
  /** Whether the host keeps a record of the schedule, and so knows of occurrences it missed. */
  useMonitor: boolean;
}

export interface QueueFunction extends Indexed {
  trigger: "queue";
  queueName: string;
  /** The setting that holds the connection, or its prefix. */
  connection: string;
}

export type HostFunction = HttpFunction | TimerFunction | QueueFunction;

/** A function the host cannot serve: it stays out, the others run. */
export interface FunctionInError {
  name: string;
  message: string;
}

export interface FunctionIndex {
  /** In the host's order, which is that in which routes are tried. */
  functions: HostFunction[];
  errors: FunctionInError[];
}

const bindingFile = z.looseObject({
  name: z.string(),
  type: z.string(),
  direction: z.string().transform((text) => text.toLowerCase()),
});
const httpTrigger = z.object({
  route: z.string().optional(),
  methods: z.array(z.string()).optional(),
  authLevel: z
    .string()
    .transform((text) => text.toLowerCase())
    .pipe(z.enum(["anonymous", "function", "admin"]))
    .default("function"),
});
const timerTrigger = z.object({
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});
const queueTrigger = z.object({
  queueName: z.string(),
  connection: z.string().default("AzureWebJobsStorage"),
});

/** What host.json says of the functions. */
type IndexingSettings = Pick<HostSettings, "routePrefix" | "hasExtensionBundle">;

/** @see https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata#queue-names */
const QUEUE_NAME = /^(?=.{3,63}$)[a-z\d]+(?:-[a-z\d]+)*$/;
/** A name as the host takes it. */
const FUNCTION_NAME = /^(?!host$)[a-z][a-z0-9_-]{0,127}$/i;

/**
 * Turns what the app registered into what the host can serve.
 * @throws {RouteTemplateError} or {RouteConstraintError}: the host does not start over a route it cannot read
 */
export function indexFunctions(
  registered: RegisteredFunction[],
  settings: IndexingSettings,
  env: NodeJS.ProcessEnv,
): FunctionIndex {
  const index: FunctionIndex = { functions: [], errors: [] };
  for (const one of [...registered].sort((a, b) => compareAsHost(a.name, b.name))) {
    try {
      const indexed = indexFunction(one, settings, env);
      refuseConflicts(indexed, index.functions);
      index.functions.push(indexed);
    } catch (error) {
      if (!(error instanceof IndexingError)) throw error;
      index.errors.push({ name: one.name, message: error.message });
    }
  }
  return index;
}

class IndexingError extends Error {
  override readonly name = "IndexingError";
}

/** Upper-cased and by code unit, as .NET's OrdinalIgnoreCase: `-` before digits before letters before `_`. */
function compareAsHost(one: string, other: string): number {
  const [a, b] = [one.toUpperCase(), other.toUpperCase()];
  return a < b ? -1 : Number(a > b);
}

function indexFunction(
  registered: RegisteredFunction,
  { routePrefix, hasExtensionBundle }: IndexingSettings,
  env: NodeJS.ProcessEnv,
): HostFunction {
  const { name, functionId } = registered;
  if (!FUNCTION_NAME.test(name)) throw new IndexingError(`'${name}' is not a valid function name.`);
  if (registered.hasRetryPolicy) {
    throw new IndexingError(
      "The local host has no retry policies. Let the function retry by itself, or a queue.",
    );
  }
  const trigger = triggerOf(registered);
  const common = { name, functionId, bindingName: trigger.name };
  switch (trigger.type.toLowerCase()) {
    case "httptrigger":
      return { ...common, trigger: "http", ...httpOf(name, trigger, routePrefix) };
    case "timertrigger":
      return { ...common, trigger: "timer", ...timerOf(trigger, env) };
    case "queuetrigger":
      if (!hasExtensionBundle) {
        throw new IndexingError(
          "The binding type(s) 'queueTrigger' are not registered: host.json names no extensionBundle.",
        );
      }
      return { ...common, trigger: "queue", ...queueOf(trigger, env) };
    default:
      throw new IndexingError(
        `The local host has no '${trigger.type}'; it knows http, timer and queue triggers.`,
      );
  }
}

/** The trigger; every other binding but an HTTP answer is one that the local host does not have. */
function triggerOf({ rawBindings }: RegisteredFunction): z.infer<typeof bindingFile> {
  const bindings = rawBindings.map((raw) => parsed(bindingFile, JSON.parse(raw)));
  const triggers = bindings.filter(({ type }) => /trigger$/i.test(type));
  const [trigger] = triggers;
  if (trigger === undefined || triggers.length > 1)
    throw new IndexingError("A function has exactly one trigger.");
  const others = bindings.filter(
    (binding) =>
      binding !== trigger && !(binding.direction === "out" && binding.type.toLowerCase() === "http"),
  );
  if (others.length > 0) {
    const names = others.map(({ type, direction }) => `'${type}' (${direction})`).join(", ");
    throw new IndexingError(
      `The local host has no binding ${names}; use the service's client library instead.`,
    );
  }
  return trigger;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new IndexingError(`A binding is not valid: ${z.prettifyError(result.error)}`);
  return result.data;
}

function httpOf(
  name: string,
  trigger: unknown,
  routePrefix: string,
): Pick<HttpFunction, "route" | "template" | "methods" | "authLevel"> {
  const { route, methods, authLevel } = parsed(httpTrigger, trigger);
  const own = route === undefined || route.trim() === "" ? name : route;
  if (/^\/*(admin|runtime)/i.test(own)) {
    throw new IndexingError(
      "The specified route conflicts with one or more built in routes: it begins with 'admin' or 'runtime'.",
    );
  }
  const full = routePrefix === "" ? own : `${routePrefix}/${own}`;
  return {
    route: full,
    template: templateOf(full, name),
    methods: methods?.map((method) => method.toUpperCase()),
    authLevel,
  };
}

function templateOf(route: string, name: string): RouteTemplate {
  try {
    return parseRouteTemplate(route);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new RouteConstraintError(`The host cannot start: function '${name}': ${message}`, { cause });
  }
}

function timerOf(
  trigger: unknown,
  env: NodeJS.ProcessEnv,
): Pick<TimerFunction, "schedule" | "runOnStartup" | "useMonitor"> {
  const { schedule, runOnStartup, useMonitor } = parsed(timerTrigger, trigger);
  const expression = resolveSettings(schedule, env);
  try {
    const parsedSchedule = parseNcrontab(expression);
    return { schedule: parsedSchedule, runOnStartup, useMonitor: useMonitor && !isSubMinute(parsedSchedule) };
  } catch (error) {
    throw new IndexingError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function queueOf(trigger: unknown, env: NodeJS.ProcessEnv): Pick<QueueFunction, "queueName" | "connection"> {
  const { queueName, connection } = parsed(queueTrigger, trigger);
  // The host coerces the name, too.
  const name = resolveSettings(queueName, env).toLowerCase();
  if (!QUEUE_NAME.test(name)) {
    throw new IndexingError(
      `A queue name has 3 to 63 letters, digits and single hyphens between them: '${name}'.`,
    );
  }
  return { queueName: name, connection };
}

/** More than once in every minute: the host keeps no record of such a schedule. */
function isSubMinute({ expression }: Schedule): boolean {
  const [seconds = "", ...others] = expression.split(" ").filter((part) => part !== "");
  return others.length === 5 && others.every((part) => part === "*") && /[*,/-]/.test(seconds);
}

/** Replaces each `%NAME%` with the setting of this name. */
function resolveSettings(text: string, env: NodeJS.ProcessEnv): string {
  return text.replaceAll(/%([^%]+)%/g, (token, name: string) => {
    const value = env[name];
    if (value === undefined || value === "") {
      throw new IndexingError(`'${token}' does not resolve to a value: the setting ${name} is not set.`);
    }
    return value;
  });
}

function refuseConflicts(indexed: HostFunction, earlier: HostFunction[]): void {
  if (earlier.some(({ name }) => name.toLowerCase() === indexed.name.toLowerCase())) {
    throw new IndexingError(`The function name '${indexed.name}' must be unique within the function app.`);
  }
  if (indexed.trigger !== "http") return;
  const rival = earlier.find((other) => other.trigger === "http" && isSameRoute(indexed, other));
  if (rival !== undefined) {
    throw new IndexingError(
      `The route specified conflicts with the route defined by function '${rival.name}'.`,
    );
  }
}

function isSameRoute(one: HttpFunction, other: HttpFunction): boolean {
  if (one.route.toLowerCase() !== other.route.toLowerCase()) return false;
  if (one.methods === undefined || other.methods === undefined) return true;
  return one.methods.some((method) => other.methods?.includes(method));
}
