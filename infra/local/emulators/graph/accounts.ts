import type { TokenClaims } from "../access-token.ts";
import type { GraphState, MailboxState } from "./state.ts";

interface Index {
  /** How many accounts it was made of. */
  size: number;
  byName: Map<string, MailboxState>;
}

const indexes = new WeakMap<MailboxState[], Index>();

/** By sign-in name, address or id. */
export function findMailbox({ mailboxes }: GraphState, name: string): MailboxState | undefined {
  return indexOf(mailboxes).get(name.toLowerCase());
}

/** To be called when a name, an address or an id of an account has changed. */
export function forgetNames({ mailboxes }: GraphState): void {
  indexes.delete(mailboxes);
}

/** Is the user in the directory that the token is for? */
export function isInTenant({ user }: MailboxState, { tenant }: TokenClaims): boolean {
  return user.tenant === undefined || user.tenant === tenant;
}

function indexOf(mailboxes: MailboxState[]): Map<string, MailboxState> {
  const known = indexes.get(mailboxes);
  if (known?.size === mailboxes.length) return known.byName;
  const byName = new Map<string, MailboxState>();
  for (const mailbox of mailboxes) {
    const { id, userPrincipalName, mail } = mailbox.user;
    for (const name of [id, userPrincipalName, mail]) {
      const key = name?.toLowerCase();
      if (key !== undefined && !byName.has(key)) byName.set(key, mailbox);
    }
  }
  indexes.set(mailboxes, { size: mailboxes.length, byName });
  return byName;
}
