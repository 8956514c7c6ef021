import { randomUUID } from "node:crypto";
import type { EmulatorAnswer } from "../exchange.ts";

/** How everything below /v1 but the sign-in refuses. @see https://developer.webex.com/docs/basics#api-errors */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }

  answer(): EmulatorAnswer {
    const { status, headers, message } = this;
    const trackingId = newTrackingId();
    return {
      status,
      headers: { trackingid: trackingId, ...headers },
      body: { message, errors: [{ description: message }], trackingId },
    };
  }
}

/** The words are the service's own: https://developer.webex.com/docs/api/v1/meeting-preferences has them. */
export function forbidden(): Refusal {
  return new Refusal(
    403,
    "The server understood the request, but refused to fulfill it because the access token is missing required scopes or the user is missing required roles or licenses.",
  );
}

export function newTrackingId(): string {
  return `ROUTERGW_${randomUUID()}`;
}
