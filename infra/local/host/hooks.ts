import type { FunctionAppCore, HookName } from "./core-api.ts";

const READ_ONLY = ["hookData", "appHookData", "invocationContext"];

/**
 * Runs the hooks of one kind in the order of their registration; the first that throws ends them.
 * Returns the context they were given, which they may have changed.
 */
export async function runHooks(
  core: FunctionAppCore,
  name: HookName,
  properties: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const context = hookContext(properties);
  for (const callback of core.hooks[name]) await callback(context);
  return context;
}

function hookContext(properties: Record<string, unknown>): Record<string, unknown> {
  const context: Record<string, unknown> = { ...properties };
  for (const name of READ_ONLY.filter((name) => name in properties)) {
    Object.defineProperty(context, name, {
      enumerable: true,
      get: () => properties[name],
      set: () => {
        throw Object.assign(new TypeError(`Cannot assign to read only property '${name}'`), {
          isAzureFunctionsSystemError: true,
        });
      },
    });
  }
  return context;
}
