import type { RpcException } from "./rpc.ts";

/** The worker's own refusals; programming models tell them from an app's errors by the flag. */
export class WorkerSystemError extends Error {
  override readonly name: string = "WorkerSystemError";
  readonly isAzureFunctionsSystemError = true;
}

/** Whatever was thrown, as an error: JavaScript lets an app throw anything. */
export function errorOf(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (thrown === undefined || thrown === null) return new Error("Unknown error");
  return new Error(typeof thrown === "string" ? thrown : JSON.stringify(thrown));
}

/** An error in a form that crosses threads. */
export function exceptionOf(thrown: unknown): RpcException {
  const error = errorOf(thrown);
  return { message: error.message, stack: error.stack ?? error.message };
}
