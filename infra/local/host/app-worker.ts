/** The thread that holds the app: stands where Microsoft's Node worker process stands in the cloud. */
import { parentPort, workerData } from "node:worker_threads";
import { FunctionAppCore } from "./core-api.ts";
import { runHooks } from "./hooks.ts";
import { invoke } from "./invoke.ts";
import { loadApp } from "./load-app.ts";
import type {
  HostMessage,
  RegisteredFunction,
  RpcInvocationRequest,
  WorkerData,
  WorkerMessage,
} from "./rpc.ts";
import { exceptionOf } from "./worker-error.ts";

if (parentPort === null) throw new Error("app-worker.ts is started by the local host, as a thread.");
const host = parentPort;
const { appRoot } = workerData as WorkerData;

function tell(message: WorkerMessage): void {
  host.postMessage(message, []);
}

const core = new FunctionAppCore((level, category, message) =>
  tell({ type: "log", level, category, message }),
);

function registeredFunctions(): RegisteredFunction[] {
  return [...core.functions.values()].map(({ functionId, metadata }) => ({
    functionId,
    name: metadata.name,
    rawBindings: Object.entries(metadata.bindings).map(([name, binding]) =>
      JSON.stringify({ ...binding, name }),
    ),
    hasRetryPolicy: metadata.retryOptions !== undefined && metadata.retryOptions !== null,
  }));
}

async function answer(request: RpcInvocationRequest): Promise<void> {
  const { invocationId } = request;
  const functionName = core.functions.get(request.functionId)?.metadata.name ?? request.functionId;
  try {
    const response = await invoke(core, request, (level, category, message) =>
      tell({ type: "log", level, category, message, invocation: { id: invocationId, functionName } }),
    );
    tell({ type: "response", invocationId, response });
  } catch (error) {
    tell({ type: "failure", invocationId, exception: exceptionOf(error) });
  }
}

async function terminate(): Promise<void> {
  try {
    await runHooks(core, "appTerminate", { hookData: core.appLevelHookData, appHookData: core.appHookData });
  } finally {
    process.exit(0);
  }
}

core.answerRequire();
try {
  await loadApp(appRoot, core);
  host.on("message", (message: HostMessage) => {
    if (message.type === "invoke") void answer(message.request);
    else void terminate();
  });
  tell({ type: "loaded", functions: registeredFunctions() });
} catch (error) {
  tell({ type: "unloadable", exception: exceptionOf(error) });
}
