import { answerNamedControl } from "../control.ts";
import type { EmulatorAnswer, EmulatorRequest } from "../exchange.ts";
import type { State } from "../state.ts";
import { forgetNames } from "./accounts.ts";
import { newGroup } from "./group-members.ts";
import type { Mailbox } from "./mailbox.ts";
import { openMailbox } from "./mailbox.ts";
import type { AccountSeed } from "./seed.ts";
import { mailboxFrom } from "./seeding.ts";
import type { Service } from "./service.ts";
import type { GraphSettings } from "./settings.ts";
import type { GraphState } from "./state.ts";
import type { AutomaticReplies, Unavailable } from "./user-state.ts";

/** Past Graph: for tests and samples. */
export interface GraphControls {
  /** @throws {RangeError} no such account */
  mailbox(account: string): Mailbox;
  hasAccount(account: string): boolean;
  addAccount(seed: AccountSeed): Mailbox;
  /** With all that was in it. @throws {RangeError} no such account */
  removeAccount(account: string): void;
  /** @param members  ids of users and of other groups. @returns the group's id */
  addGroup(members: string[]): string;
}

export function graphControls(state: State<GraphState>, now: () => Date): GraphControls {
  const mailbox = (account: string): Mailbox => openMailbox(state.value, account, now);
  return {
    mailbox,
    hasAccount: (account) =>
      state.value.mailboxes.some(
        ({ user }) => user.userPrincipalName.toLowerCase() === account.toLowerCase(),
      ),
    addAccount: (seed) => {
      state.value.mailboxes.push(mailboxFrom(state.value, seed, now()));
      forgetNames(state.value);
      return mailbox(seed.account);
    },
    removeAccount: (account) => {
      const { id } = mailbox(account).user;
      state.value.mailboxes = state.value.mailboxes.filter(({ user }) => user.id !== id);
    },
    addGroup: (members) => newGroup(state.value, members),
  };
}

/** The same over HTTP, as POST /_control/<name> with the arguments as a JSON list; what it changes is kept. */
export async function answerGraphControl(
  { mailbox, addAccount, removeAccount, addGroup }: GraphControls,
  { settings, state }: Service,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  const answer = await answerNamedControl(
    {
      automaticReplies: (account: string, changes?: Partial<AutomaticReplies>) => {
        if (changes) mailbox(account).setAutomaticReplies(changes);
        return mailbox(account).automaticReplies;
      },
      unavailable: (account: string, why?: Unavailable) => mailbox(account).setUnavailable(why),
      addAccount: (seed: AccountSeed) => addAccount(seed).user,
      removeAccount,
      addGroup,
      settings: (changes: Partial<GraphSettings>) => Object.assign(settings, changes),
    },
    request,
  );
  if (answer.status < 400) await state.save();
  return answer;
}
