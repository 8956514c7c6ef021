import type { CoreInvocationContext, FunctionAppCore, FunctionCallback } from "./core-api.ts";
import { runHooks } from "./hooks.ts";
import type { RpcInvocationRequest, RpcInvocationResponse, RpcLogCategory, RpcLogLevel } from "./rpc.ts";
import { errorOf, WorkerSystemError } from "./worker-error.ts";

export type InvocationLog = (level: RpcLogLevel, category: RpcLogCategory, message: string) => void;

/**
 * Runs one function as the worker does: arguments, preInvocation hooks, the handler, postInvocation hooks, response.
 * A hook may replace the inputs, the handler, the result and the error.
 * @throws whatever the handler or a hook threw
 * @see https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/src/eventHandlers/InvocationHandler.ts
 */
export async function invoke(
  core: FunctionAppCore,
  request: RpcInvocationRequest,
  log: InvocationLog,
): Promise<RpcInvocationResponse> {
  const registered = core.functions.get(request.functionId);
  if (registered === undefined || core.programmingModel === undefined) {
    throw new WorkerSystemError(
      `Function code for '${request.functionId}' is not loaded and cannot be invoked.`,
    );
  }
  const coreContext: CoreInvocationContext = {
    invocationId: request.invocationId,
    request,
    metadata: registered.metadata,
    log,
  };
  const model = await core.programmingModel.getInvocationModel(coreContext);
  const { context, inputs } = await model.getArguments();
  const shared = { hookData: {}, appHookData: core.appHookData, invocationContext: context };

  const before = await during(coreContext, "preInvocationHooks", () =>
    runHooks(core, "preInvocation", { ...shared, inputs, functionCallback: registered.callback }),
  );
  const given = before["inputs"] as unknown[];
  const outcome = await during(coreContext, "invocation", () =>
    settled(model.invokeFunction(context, given, before["functionCallback"] as FunctionCallback)),
  );
  const after = await during(coreContext, "postInvocationHooks", () =>
    runHooks(core, "postInvocation", { ...shared, inputs: given, ...outcome }),
  );
  if (after["error"] !== null && after["error"] !== undefined) throw errorOf(after["error"]);
  return model.getResponse(context, after["result"]);
}

async function during<T>(
  context: CoreInvocationContext,
  state: NonNullable<CoreInvocationContext["state"]>,
  work: () => Promise<T>,
): Promise<T> {
  context.state = state;
  try {
    return await work();
  } finally {
    context.state = undefined;
  }
}

async function settled(result: Promise<unknown>): Promise<{ result: unknown; error: unknown }> {
  try {
    return { result: await result, error: null };
  } catch (error) {
    return { result: null, error };
  }
}
