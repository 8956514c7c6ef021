import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Worker } from "node:worker_threads";
import type { HostLog } from "./host-log.ts";
import { AppLoadError } from "./load-app.ts";
import type {
  HostMessage,
  RegisteredFunction,
  RpcException,
  RpcInvocationRequest,
  RpcInvocationResponse,
  WorkerData,
  WorkerMessage,
} from "./rpc.ts";

export interface AppOptions {
  /** The folder of the app's package.json. */
  appRoot: string;
  /** The app's whole environment. */
  env: NodeJS.ProcessEnv;
  log: HostLog;
}

/** A handler or a hook threw, or the app ended before it could answer. */
export class FunctionFailedError extends Error {
  override readonly name = "FunctionFailedError";
  /** The app's own stack, for the log. */
  readonly detail: string;
  constructor(exception: RpcException) {
    super(exception.message);
    this.detail = exception.stack;
  }
}

interface Pending {
  resolve: (response: RpcInvocationResponse) => void;
  reject: (error: Error) => void;
}

/**
 * One life of the app: a thread with an environment and modules of its own, as the worker process has in the cloud.
 * A handler that never yields can be ended, and does not stop the host.
 */
export class AppThread {
  readonly functions: Promise<RegisteredFunction[]>;
  /** Why the thread ended; undefined when it was asked to. */
  readonly ended: Promise<Error | undefined>;
  readonly #worker: Worker;
  readonly #log: HostLog;
  readonly #pending = new Map<string, Pending>();
  #asked = false;
  #gone = false;

  constructor({ appRoot, env, log }: AppOptions) {
    this.#log = log;
    const workerData: WorkerData = { appRoot };
    this.#worker = new Worker(new URL("app-worker.ts", import.meta.url), {
      env,
      workerData,
      stdout: true,
      stderr: true,
    });
    this.#console(this.#worker.stdout, "information");
    this.#console(this.#worker.stderr, "error");
    this.ended = this.#end();
    this.functions = new Promise((resolve, reject) => {
      this.#worker.on("message", (message: WorkerMessage) => this.#hear(message, resolve, reject));
      void this.ended.then((error) =>
        reject(error ?? new AppLoadError("The app was ended while it loaded.")),
      );
    });
  }

  /** @throws {FunctionFailedError} the function failed, or the thread ended under it */
  invoke(request: RpcInvocationRequest): Promise<RpcInvocationResponse> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(failed("The app has ended and was not started again"));
      this.#pending.set(request.invocationId, { resolve, reject });
      this.#tell({ type: "invoke", request });
    });
  }

  /** Lets the app's appTerminate hooks run, then ends the thread. */
  async terminate(): Promise<void> {
    this.#asked = true;
    this.#tell({ type: "terminate" });
    await this.ended;
  }

  /** Ends the thread at once, whatever it does. */
  async kill(): Promise<void> {
    this.#asked = true;
    await this.#worker.terminate();
  }

  #tell(message: HostMessage): void {
    this.#worker.postMessage(message, []);
  }

  #hear(
    message: WorkerMessage,
    loaded: (functions: RegisteredFunction[]) => void,
    unloadable: (error: Error) => void,
  ): void {
    switch (message.type) {
      case "loaded":
        return loaded(message.functions);
      case "unloadable":
        return unloadable(loadErrorOf(message.exception));
      case "response":
        return this.#settle(message.invocationId, ({ resolve }) => resolve(message.response));
      case "failure":
        return this.#settle(message.invocationId, ({ reject }) =>
          reject(new FunctionFailedError(message.exception)),
        );
      case "log":
        return this.#log({
          level: message.level,
          category: categoryOf(message),
          message: message.message,
        });
    }
  }

  #settle(invocationId: string, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(invocationId);
    this.#pending.delete(invocationId);
    if (pending !== undefined) how(pending);
  }

  #console(stream: Readable, level: "information" | "error"): void {
    createInterface({ input: stream }).on("line", (message) =>
      this.#log({ level, category: "Host.Function.Console", message }),
    );
  }

  /** Resolves when the thread is gone and nothing waits for it any more. */
  #end(): Promise<Error | undefined> {
    return new Promise((resolve) => {
      let uncaught: Error | undefined;
      this.#worker.on("error", (error: Error) => (uncaught = error));
      this.#worker.on("exit", (code) => {
        const error = this.#asked
          ? undefined
          : (uncaught ?? new Error(`The app called process.exit(${code}), or had nothing left to wait for`));
        this.#gone = true;
        for (const { reject } of this.#pending.values()) {
          reject(failed(error?.message ?? "The app was ended before the function had answered", error));
        }
        this.#pending.clear();
        resolve(error);
      });
    });
  }
}

function failed(message: string, cause?: Error): FunctionFailedError {
  return new FunctionFailedError({ message, stack: cause?.stack ?? message });
}

function loadErrorOf({ message, stack }: RpcException): AppLoadError {
  const error = new AppLoadError(message);
  error.stack = stack;
  return error;
}

function categoryOf({ category, invocation }: Extract<WorkerMessage, { type: "log" }>): string {
  if (invocation === undefined) return category === "user" ? "Host.Function.User" : "Host.Worker";
  return `Function.${invocation.functionName}${category === "user" ? ".User" : ""}`;
}
