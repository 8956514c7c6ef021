import type { Clock } from "../clock.ts";
import { firstLineOf } from "../error-message.ts";
import { GraphServiceError } from "../graph/graph-error.ts";
import type { Logger } from "../log.ts";
import type { ConsentRequest } from "../oauth/consent-state.ts";
import { TokenError } from "../oauth/token-errors.ts";
import type { OperatorMail } from "../operator/operator-mail.ts";
import { needsConsent, type Subject } from "./remedy.ts";
import type { Told } from "./client-secret-warnings.ts";
import { healthOf, planWarning, type Warning, type Watched } from "./watch.ts";
import { warningMessageId } from "./warning-message-id.ts";
import { logLineOf, mailOf } from "./warning-text.ts";

/** A thing to warn of, and where it is remembered that the operator was warned. */
export interface Watch {
  subject: Subject;
  watched: Watched;
  remember(told: Told): Promise<void>;
}

export interface WarnWorld {
  clock: Clock;
  log: Logger;
  /** Undefined when the settings name no operator, or no connection to mail through. */
  mail: OperatorMail | undefined;
  /** A link by which the owner of an account consents. */
  connectLink(request: ConsentRequest): Promise<string>;
  /** Where the app is reached, without a slash at its end. */
  publicUrl: string;
}

/**
 * Tells the operator of one thing what is due now: by the log always, by mail once. It is remembered after the mail: a
 * crash between them mails twice, which is better than never.
 * @returns false when a mail did not go out; nothing is remembered then, so that the next check tries again
 */
export async function warn({ subject, watched, remember }: Watch, world: WarnWorld): Promise<boolean> {
  const { clock, log } = world;
  const now = clock.now();
  const warning = planWarning(watched, now);
  if (!warning) {
    const renewed = healthOf(watched, now).state === "healthy" && watched.warnedDays.length > 0;
    if (renewed) await remember({ warnedDays: [] });
    return true;
  }
  const line = logLineOf(subject, warning);
  if (warning.kind === "dead" && warning.told) {
    log.error(line);
    return true;
  }
  const delivery = await deliver(subject, warning, world);
  log.error(`${line} ${delivery.note}`);
  if (delivery.tryAgain) return false;
  await remember(toldBy(warning, watched, now));
  return true;
}

function toldBy(warning: Warning, watched: Watched, now: Date): Told {
  if (warning.kind === "dead") {
    // Another instance's clock may be ahead: what was told after it began is never told before it.
    const toldOfTroubleAt = warning.since > now ? warning.since : now;
    return { warnedDays: watched.warnedDays, toldOfTroubleAt };
  }
  const { toldOfTroubleAt } = watched;
  return { warnedDays: warning.warnedDays, ...(toldOfTroubleAt ? { toldOfTroubleAt } : {}) };
}

/** Mails a warning, unless there is no way to; what came of it is a sentence for the log. */
async function deliver(
  subject: Subject,
  warning: Warning,
  { mail: operator, connectLink, publicUrl, log }: WarnWorld,
): Promise<{ note: string; tryAgain: boolean }> {
  if (!operator) return noMail("OPERATOR_ADDRESS and OPERATOR_MAIL_CONNECTION are not both set");
  if (isSenderOf(operator, subject)) {
    return noMail("it would go through this very connection; name another one as OPERATOR_MAIL_CONNECTION");
  }
  const code = warning.kind === "dead" ? warning.code : undefined;
  let connect: string | undefined;
  if (subject.kind === "connection" && needsConsent(subject, code)) {
    const { provider, connection, capability } = subject;
    connect = await connectLink({ provider, connection, capability }).catch((error: unknown) => {
      log.warn(`a warning goes out without a link to connect: ${loggable(error)}`);
      return undefined;
    });
  }
  try {
    const messageId = warningMessageId(subject, warning, new URL(publicUrl).hostname);
    const links = { connect, connections: `${publicUrl}/api/connections` };
    await operator.send({ messageId, ...mailOf(subject, warning, links) });
    return { note: "The operator was told by mail.", tryAgain: false };
  } catch (error) {
    const note = `The mail to the operator did not go out (${loggable(error)}); the next check tries again.`;
    return { note, tryAgain: true };
  }
}

function noMail(reason: string): { note: string; tryAgain: boolean } {
  return { note: `No mail was sent: ${reason}.`, tryAgain: false };
}

function isSenderOf({ connection }: OperatorMail, subject: Subject): boolean {
  return (
    subject.kind === "connection" && subject.provider === "microsoft" && subject.connection === connection
  );
}

/** Of an error what may stand in a log: some services repeat an address in what they say, and ours may hold a link. */
export function loggable(error: unknown): string {
  if (error instanceof TokenError) return error.code;
  if (error instanceof GraphServiceError) return `${error.status} ${error.code}`;
  if (!(error instanceof Error)) return typeof error;
  return `${error.name}: ${firstLineOf(error)}`;
}
