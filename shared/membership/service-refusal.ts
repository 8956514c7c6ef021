import { ServiceError } from "../http/service-error.ts";

/** Whether a service has refused, or not answered; anything else is of our own side, such as a connection without a token. */
export function isOfService(error: unknown): error is ServiceError {
  return error instanceof ServiceError;
}

/**
 * What a service said instead of what was asked for.
 * @throws the error itself when it is none of a service
 */
export function refusalOf(error: unknown): string {
  if (isOfService(error)) return error.message;
  throw error;
}
