import * as z from "zod";
import type { Logger } from "../log.ts";
import { factsMessageId } from "../mail/message-id.ts";
import type { OpenedTicket, SealedTickets } from "../oauth/sealed-ticket.ts";
import type { OperatorMail } from "../operator/operator-mail.ts";
import { type HeldNotice, mailOfHeld } from "./held-mail.ts";
import { runErrorOf } from "./run-error.ts";
import type { HeldPlan } from "./space-documents.ts";

/** What an approval link is good for: one held plan. */
export interface Approval {
  space: string;
  /** The run that made the plan. */
  runId: string;
  hash: string;
}

/** Reads it from a link. */
export const Approval: z.ZodType<Approval> = z.object({
  space: z.string(),
  runId: z.string(),
  hash: z.string(),
});

/** How somebody is asked for approval, and gives it. */
export interface Approvals {
  /** @throws {SecretStoreError} the session key cannot be read or made */
  linkFor(space: string, held: HeldPlan): Promise<string>;
  /** @throws {SecretStoreError} the session key cannot be read */
  open(token: string): Promise<OpenedTicket<Approval>>;
  /** Mails the operator. @returns undefined when the mail went out, else the warning that the run gives */
  tell(notice: HeldNotice, log: Logger): Promise<UntoldWarning | undefined>;
}

/** Why nobody was asked by mail. `no_operator`: the settings name nobody, or no connection to mail through. */
export type UntoldWarning = "no_operator" | "mail_failed";

/** Asks by links that are sealed, and by mail. Nothing is asked of a service yet. */
export function approvals({
  tickets,
  mail,
  publicUrl,
}: {
  tickets: SealedTickets<Approval>;
  /** Undefined when the settings name no operator, or no connection to mail through. */
  mail: OperatorMail | undefined;
  /** Without a slash at its end. */
  publicUrl: string;
}): Approvals {
  return {
    async linkFor(space, { runId, hash, expiresAt }) {
      const token = await tickets.seal({ space, runId, hash }, new Date(expiresAt));
      return `${publicUrl}/api/approvals/${token}`;
    },
    open: (token) => tickets.open(token),
    async tell(notice, log) {
      if (!mail) return "no_operator";
      const { space, held } = notice;
      const messageId = factsMessageId(
        ["held", space, held.hash, held.expiresAt],
        new URL(publicUrl).hostname,
      );
      try {
        await mail.send({ messageId, ...mailOfHeld(notice) });
        return undefined;
      } catch (error) {
        // Its text may hold an address.
        log.warn(`space ${space}: the mail about the held plan did not go out (${runErrorOf(error).code})`);
        return "mail_failed";
      }
    },
  };
}
