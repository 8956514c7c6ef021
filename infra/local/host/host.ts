import type { Server } from "node:http";
import { systemClock } from "../../../shared/clock.ts";
import type { Clock } from "../../../shared/clock.ts";
import { App } from "./app.ts";
import { Executor } from "./executor.ts";
import { printedLog } from "./host-log.ts";
import type { HostLog } from "./host-log.ts";
import { readHostJson } from "./host-json.ts";
import type { QueueSettings } from "./host-json.ts";
import { listen } from "./http-server.ts";
import { indexFunctions } from "./indexing.ts";
import type { FunctionIndex, FunctionInError, HostFunction } from "./indexing.ts";
import { Keys } from "./keys.ts";
import { listenToQueue } from "./queue-listener.ts";
import { runTimer } from "./timers.ts";
import { firedData } from "./trigger-data.ts";
import type { ScheduleStatus } from "./trigger-data.ts";

export interface HostOptions {
  /** The folder of the app's package.json and host.json. */
  appRoot: string;
  /** 0 takes a free one. */
  port: number;
  /** Opens functions of authLevel `function`. */
  hostKey: string;
  /** Opens everything, and /admin. */
  masterKey: string;
  /** The app's whole environment; this process's unless given. */
  env?: NodeJS.ProcessEnv;
  /** Of timers and timeouts. The app reads the machine's own. */
  clock?: Clock;
  /** Prints unless given. */
  log?: HostLog;
  /** What an earlier host recorded of its timers, so that an occurrence it missed is past due. */
  timerStatuses?: Map<string, ScheduleStatus>;
  /**
   * How long a message that was taken from a queue is kept from others, milliseconds, in whole seconds; renewed while its
   * function works. What a host that was killed had taken, others get after it. Ten minutes unless given, as in the cloud.
   */
  queueInvisibilityMs?: number;
}

export interface Host {
  /** Such as http://localhost:7071, without a slash at its end. */
  url: string;
  /** In the order in which routes are tried. */
  functions: HostFunction[];
  /** Registered, but not served; each with the reason. */
  errors: FunctionInError[];
  /**
   * Runs a timer or queue function to its end, as an operator fires it by POST /admin/functions/<name>.
   * @param input  a queue function's message
   * @throws {FunctionFailedError} it failed
   * @throws {UnknownFunctionError} there is no such function
   */
  fire(name: string, input?: string): Promise<void>;
  /** Takes no more requests and messages, gives what runs a few seconds, and ends the app. */
  close(): Promise<void>;
}

/** No timer or queue function has this name. */
export class UnknownFunctionError extends Error {
  override readonly name = "UnknownFunctionError";
}

/** How long running functions may go on after the host was told to end; the machine's time, whatever clock it runs on. */
const GRACE_MS = 5000;
/** How long giving back messages may take after that. */
const GIVE_BACK_MS = 2000;
const INVISIBILITY_MS = 600_000;

/**
 * Loads a function app and serves it as the Functions host and Microsoft's Node worker do in the cloud.
 * @throws {AppLoadError} the entry file cannot be loaded: no function would run
 * @throws {HostJsonError} host.json is missing or not valid
 * @throws {RouteConstraintError} a route cannot be read
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { appRoot, env = process.env, clock = systemClock, log = printedLog(clock) } = options;
  const { queueInvisibilityMs = INVISIBILITY_MS } = options;
  const settings = await readHostJson(appRoot);
  const app = await App.load({ appRoot, env, log });
  try {
    const index = indexFunctions(app.functions, settings, env);
    reportErrors(index, log);
    const executor = new Executor({ app, clock, log, functionTimeoutMs: settings.functionTimeoutMs });
    const running = new RunningHost({
      app,
      executor,
      index,
      clock,
      log,
      env,
      settings: settings.queues,
      invisibilityMs: queueInvisibilityMs,
      statuses: options.timerStatuses ?? new Map(),
    });
    const keys = new Keys(options.hostKey, options.masterKey);
    const fire = (name: string, input: string): void => void running.fire(name, input).catch(() => {});
    const { server, url } = await listen({ index, executor, keys, log, fire }, options.port);
    running.start(server);
    return {
      url,
      functions: index.functions,
      errors: index.errors,
      fire: (name, input = "") => running.fire(name, input),
      close: () => running.close(),
    };
  } catch (error) {
    await app.kill();
    throw error;
  }
}

function reportErrors({ functions, errors }: FunctionIndex, log: HostLog): void {
  for (const { name, message } of errors) {
    log({
      level: "error",
      category: "Host.Startup",
      message: `The '${name}' function is in error: ${message}`,
    });
  }
  if (functions.length === 0) {
    log({ level: "warning", category: "Host.Startup", message: "No job functions found." });
  }
}

interface Parts {
  app: App;
  executor: Executor;
  index: FunctionIndex;
  clock: Clock;
  log: HostLog;
  env: NodeJS.ProcessEnv;
  settings: QueueSettings;
  invisibilityMs: number;
  statuses: Map<string, ScheduleStatus>;
}

/** The timers and queues of a host, and its end. */
class RunningHost {
  readonly #parts: Parts;
  readonly #stop = new AbortController();
  /** Ends what is asked of queues, when it takes too long at the end. */
  readonly #cut = new AbortController();
  #server: Server | undefined;
  #listeners: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(server: Server): void {
    this.#server = server;
    const { functions } = this.#parts.index;
    const { signal } = this.#stop;
    for (const timer of functions.filter((one) => one.trigger === "timer")) {
      void runTimer(timer, this.#parts, signal);
    }
    const options = { ...this.#parts, cut: this.#cut.signal };
    this.#listeners = Promise.all(
      functions.filter((one) => one.trigger === "queue").map((one) => listenToQueue(one, options, signal)),
    );
  }

  async fire(name: string, input: string): Promise<void> {
    const { executor, index, statuses } = this.#parts;
    const found = index.functions.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (found === undefined || found.trigger === "http") {
      throw new UnknownFunctionError(`There is no timer or queue function '${name}' to fire.`);
    }
    await executor.execute(found, firedData(found, input, statuses.get(found.name)));
  }

  async close(): Promise<void> {
    const { app, executor } = this.#parts;
    this.#stop.abort(new Error("The host ends."));
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()));
    const drained = new AbortController();
    const grace = systemClock.sleep(GRACE_MS, drained.signal).catch(() => {});
    const ended = Promise.all([this.#listeners, executor.idle()]);
    await Promise.race([grace, ended.then(() => app.terminate())]);
    drained.abort();
    await app.kill();
    await this.#endListeners();
    this.#server?.closeAllConnections();
    await closed;
  }

  /** The messages of what was killed are given back to their queues. */
  async #endListeners(): Promise<void> {
    const ended = new AbortController();
    const late = systemClock.sleep(GIVE_BACK_MS, ended.signal).catch(() => {});
    await Promise.race([this.#listeners, late]);
    ended.abort();
    this.#cut.abort(new Error("The host has ended."));
    await this.#listeners;
  }
}
