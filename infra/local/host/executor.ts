import { randomUUID } from "node:crypto";
import type { Clock } from "../../../shared/clock.ts";
import type { App } from "./app.ts";
import { FunctionFailedError } from "./app-thread.ts";
import type { HostLog } from "./host-log.ts";
import type { HostFunction } from "./indexing.ts";
import type { RpcInvocationResponse, RpcLogLevel } from "./rpc.ts";
import { invocationRequest } from "./trigger-data.ts";
import type { TriggerData } from "./trigger-data.ts";

/** The function did not answer within host.json's functionTimeout. */
export class FunctionTimeoutError extends Error {
  override readonly name = "FunctionTimeoutError";
}

export interface ExecutorOptions {
  app: App;
  clock: Clock;
  log: HostLog;
  /** Undefined: functions may run for ever. */
  functionTimeoutMs: number | undefined;
}

/** Runs functions, logs when each begins and how it ends, and ends those that take too long. */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /**
   * Runs a function once.
   * @throws {FunctionFailedError} it failed
   * @throws {FunctionTimeoutError} it took too long; the app has been ended and loaded anew, as in the cloud
   */
  async execute(target: HostFunction, data: TriggerData): Promise<RpcInvocationResponse> {
    const execution = this.#execute(target, data);
    this.#running.add(execution);
    try {
      return await execution;
    } finally {
      this.#running.delete(execution);
    }
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #execute(target: HostFunction, data: TriggerData): Promise<RpcInvocationResponse> {
    const { clock } = this.#options;
    const id = randomUUID();
    const startedAt = clock.now().getTime();
    const executed = (outcome: string): string =>
      `Executed 'Functions.${target.name}' (${outcome}, Id=${id}, Duration=${clock.now().getTime() - startedAt}ms)`;
    this.#log(
      target,
      "information",
      `Executing 'Functions.${target.name}' (Reason='${data.reason}', Id=${id})`,
    );
    if (data.details !== undefined) this.#log(target, "information", triggerDetails(data.details));
    try {
      const response = await this.#withinTimeout(target, id, data);
      this.#log(target, "information", executed("Succeeded"));
      return response;
    } catch (error) {
      this.#log(target, "error", `${executed("Failed")}\n${detailOf(error)}`);
      throw error;
    }
  }

  async #withinTimeout(target: HostFunction, id: string, data: TriggerData): Promise<RpcInvocationResponse> {
    const { app, clock, functionTimeoutMs } = this.#options;
    const invocation = app.invoke(invocationRequest(id, target, data));
    if (functionTimeoutMs === undefined) return invocation;
    const answered = new AbortController();
    const timeout = clock.sleep(functionTimeoutMs, answered.signal).then(() => "timeout" as const);
    timeout.catch(() => {});
    try {
      const first = await Promise.race([invocation, timeout]);
      if (first !== "timeout") return first;
    } finally {
      answered.abort();
    }
    const span = spanOf(functionTimeoutMs);
    this.#log(
      target,
      "error",
      `Timeout value of ${span} exceeded by function 'Functions.${target.name}' (Id: '${id}'). Initiating cancellation.`,
    );
    invocation.catch(() => {});
    await app.restart();
    throw new FunctionTimeoutError(
      `Timeout value of ${span} was exceeded by function: Functions.${target.name}`,
    );
  }

  #log(target: HostFunction, level: RpcLogLevel, message: string): void {
    this.#options.log({ level, category: `Function.${target.name}`, message });
  }
}

function triggerDetails(details: Record<string, string>): string {
  const pairs = Object.entries(details).map(([name, value]) => `${name}: ${value}`);
  return `Trigger Details: ${pairs.join(", ")}`;
}

function detailOf(error: unknown): string {
  if (error instanceof FunctionFailedError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}

/** `hh:mm:ss`, as .NET writes a time span of less than a day. */
function spanOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
