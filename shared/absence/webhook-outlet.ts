import { messageOf } from "../error-message.ts";
import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import { ask } from "../http/ask.ts";
import { SECRETS } from "../secrets/secret-names.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { type Answered, type Outlet, TargetAbsence } from "./outlet.ts";
import type { Telling } from "./plan.ts";
import { webhookHeaders } from "./signed-webhook.ts";

const ANSWER_WITHIN_MS = 15_000;
const SECRET = SECRETS.absenceWebhookSecret;

interface WebhookWorld {
  secrets: SecretStore;
  clock: Clock;
}

/** The ways to the webhooks of ABSENCE_WEBHOOKS: each is told all there is, and signed. */
export function webhookOutlets(urls: readonly string[], world: WebhookWorld): Outlet[] {
  return urls.map((url): Outlet => {
    const name = `the webhook at ${new URL(url).host}`;
    return {
      // The address may hold what is secret, and a row's key has no room for all of them.
      scope: `absence/webhook/${createHash("sha256").update(url).digest("hex").slice(0, 16)}`,
      kind: "webhook",
      name,
      absence: new TargetAbsence(world.clock),
      async tell(telling) {
        const answered = await post(url, telling, world);
        return answered.taken ? answered : { ...answered, failure: `${name}: ${answered.failure}` };
      },
      async obstacle() {
        const signed = await signatureOf({ id: "", body: "" }, world);
        return "obstacle" in signed ? `ABSENCE_WEBHOOKS are told nothing: ${signed.obstacle}.` : undefined;
      },
    };
  });
}

async function post(url: string, { news, intent }: Telling, world: WebhookWorld): Promise<Answered> {
  const body = news.says;
  const signed = await signatureOf({ id: intent.intent?.reference ?? "", body }, world);
  // The same goes for all that would be sent.
  if ("obstacle" in signed) return { taken: false, failure: signed.obstacle, isAbsent: true };
  const { headers } = signed;
  const { clock } = world;
  const question = { method: "POST", headers, body, timeoutMs: ANSWER_WITHIN_MS, clock } as const;
  const answer = await ask(url, { ...question, statusAlone: true });
  if ("silent" in answer) return { taken: false, failure: `no answer: ${answer.silent}`, isAbsent: true };
  const { status } = answer;
  if (status >= 200 && status < 300) return { taken: true };
  return { taken: false, failure: `it answered ${status}`, isAbsent: status === 429 || status >= 500 };
}

/** The headers that sign a message, or what keeps it from being signed. */
async function signatureOf(
  message: { id: string; body: string },
  { secrets, clock }: WebhookWorld,
): Promise<{ headers: Record<string, string> } | { obstacle: string }> {
  try {
    const secret = await secrets.get(SECRET);
    if (secret) return { headers: webhookHeaders({ ...message, now: clock.now() }, secret) };
    return { obstacle: `there is no secret ${SECRET} in ${secrets.place}, and nothing is sent unsigned` };
  } catch (error) {
    return { obstacle: messageOf(error) };
  }
}
