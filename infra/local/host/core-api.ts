import Module from "node:module";
import type { RpcInvocationRequest, RpcInvocationResponse, RpcLogCategory, RpcLogLevel } from "./rpc.ts";
import { WorkerSystemError } from "./worker-error.ts";

/** The worker and host whose behaviour is followed; apps see these as `version` and `hostVersion`. */
const WORKER_VERSION = "3.9.1";
export const HOST_VERSION = "4.1036.1.1";

export type FunctionCallback = (...args: unknown[]) => unknown;
export type HookName = "preInvocation" | "postInvocation" | "appStart" | "appTerminate";
export type HookCallback = (context: object) => unknown;

interface BindingInfo {
  type?: string | null;
  direction?: string | null;
}

interface FunctionMetadata {
  name: string;
  functionId?: string;
  bindings: Record<string, BindingInfo>;
  retryOptions?: unknown;
}

export interface CoreFunction {
  functionId: string;
  metadata: FunctionMetadata;
  callback: FunctionCallback;
}

/** What a programming model gets to know of one invocation. */
export interface CoreInvocationContext {
  invocationId: string;
  request: RpcInvocationRequest;
  metadata: FunctionMetadata;
  state?: "preInvocationHooks" | "invocation" | "postInvocationHooks" | undefined;
  log(level: RpcLogLevel, category: RpcLogCategory, message: string): void;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<RpcInvocationResponse>;
}

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(
    defaults: Record<string, string>,
  ): Record<string, string> | Promise<Record<string, string>>;
}

/** Runs its callback once, when disposed of first. */
class Disposable {
  static from(...disposables: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }
  #onDispose: (() => unknown) | undefined;
  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose;
  }
  dispose(): void {
    const onDispose = this.#onDispose;
    this.#onDispose = undefined;
    onDispose?.();
  }
}

type Log = (level: RpcLogLevel, category: RpcLogCategory, message: string) => void;

/** What an app registers while it loads, and the module `@azure/functions-core` through which it does so. */
export class FunctionAppCore {
  readonly functions = new Map<string, CoreFunction>();
  readonly hooks: Record<HookName, HookCallback[]> = {
    preInvocation: [],
    postInvocation: [],
    appStart: [],
    appTerminate: [],
  };
  /** Shared by the hooks of all scopes. */
  readonly appHookData: Record<string, unknown> = {};
  /** Shared by appStart and appTerminate. */
  readonly appLevelHookData: Record<string, unknown> = {};
  programmingModel: ProgrammingModel | undefined;
  #locked = false;
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** From here on functions can neither be registered nor disposed of. */
  lock(): void {
    this.#locked = true;
  }

  /**
   * Answers `require("@azure/functions-core")` everywhere in this thread, `createRequire` included.
   * @see https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/src/setupCoreModule.ts
   */
  answerRequire(): void {
    const api = this.#module();
    const original = Reflect.get(Module.prototype, "require") as (id: string) => unknown;
    const require = new Proxy(original, {
      apply: (target, thisArg, args: [string]) =>
        args[0] === "@azure/functions-core" ? api : Reflect.apply(target, thisArg, args),
    });
    Object.assign(Module.prototype, { require });
  }

  #module(): object {
    return {
      version: WORKER_VERSION,
      hostVersion: HOST_VERSION,
      Disposable,
      log: this.#log,
      registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) =>
        this.#registerFunction(metadata, callback),
      registerHook: (name: string, callback: HookCallback) => this.#registerHook(name, callback),
      setProgrammingModel: (model: ProgrammingModel) => {
        this.programmingModel = model;
      },
      getProgrammingModel: () => this.programmingModel,
    };
  }

  #registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
    if (this.#locked) throw new WorkerSystemError("A function can only be registered during app startup.");
    const functionId = metadata.functionId ?? metadata.name;
    if (this.functions.has(functionId)) {
      throw new WorkerSystemError(`A function with id "${functionId}" has already been registered.`);
    }
    this.functions.set(functionId, { functionId, metadata, callback });
    return new Disposable(() => {
      if (this.#locked) throw new WorkerSystemError("A function can only be disposed during app startup.");
      this.functions.delete(functionId);
    });
  }

  #registerHook(name: string, callback: HookCallback): Disposable {
    if (!Object.hasOwn(this.hooks, name)) {
      throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), {
        isAzureFunctionsSystemError: true,
      });
    }
    const callbacks = this.hooks[name as HookName];
    callbacks.push(callback);
    return new Disposable(() => {
      const index = callbacks.indexOf(callback);
      if (index !== -1) callbacks.splice(index, 1);
    });
  }
}
