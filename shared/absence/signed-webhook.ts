import { createHmac } from "node:crypto";
import { type AutomaticReplies, windowInIso } from "./automatic-replies.ts";
import { speechOf } from "./spoken-text.ts";

/** The secret `absence-webhook-secret` cannot sign. Says what to put in its place, and nothing of what it holds. */
export class WebhookSecretError extends Error {
  override readonly name = "WebhookSecretError";
  constructor() {
    super(
      `The secret absence-webhook-secret is not a Standard Webhooks secret: “whsec_” and ${FEWEST_BYTES} to ${MOST_BYTES} bytes in base64. Make one with \`echo "whsec_$(openssl rand -base64 32)"\`, store it, and give it to the webhooks' receivers.`,
    );
  }
}

/** As the specification demands. */
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;
const PREFIX = "whsec_";

/** What a webhook is told. */
export interface WebhookNews {
  email: string;
  away: boolean;
  replies: AutomaticReplies;
  /** ISO 8601, UTC: the tick that found it. */
  at: string;
}

/** The body of the message: both texts as clean text, the window while there is one. */
export function webhookBody({ email, away, replies, at }: WebhookNews): string {
  const { window, audience, internal, external } = replies;
  return JSON.stringify({
    email,
    away,
    ...(window ? { window: windowInIso(window) } : {}),
    audience,
    internal: speechOf(internal),
    external: speechOf(external),
    at,
  });
}

/**
 * The headers by which a receiver knows the message for ours, whole, and new: it may refuse one that is minutes old, and
 * one whose id it has seen.
 * @param message.id  the same at each try
 * @param message.now  of this try
 * @param secret  base64, with or without `whsec_`
 * @throws {WebhookSecretError}
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function webhookHeaders(
  { id, body, now }: { id: string; body: string; now: Date },
  secret: string,
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}

function keyOf(secret: string): Buffer {
  const trimmed = secret.trim();
  const base64 = trimmed.startsWith(PREFIX) ? trimmed.slice(PREFIX.length) : trimmed;
  const key = Buffer.from(base64, "base64");
  const isWhole = key.toString("base64").replace(/=+$/u, "") === base64.replace(/=+$/u, "");
  if (!isWhole || key.length < FEWEST_BYTES || key.length > MOST_BYTES) throw new WebhookSecretError();
  return key;
}
