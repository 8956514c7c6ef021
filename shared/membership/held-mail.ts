import { oneLine } from "../mail/one-line.ts";
import { countOfPeople } from "./count-of-people.ts";
import type { HeldPlan } from "./space-documents.ts";
import type { RunPlan } from "./steps.ts";

/** A plan that waits, and what the operator needs to decide about it. */
export interface HeldNotice {
  space: string;
  plan: RunPlan;
  held: HeldPlan;
  /** The link by which it is approved. */
  approve: string;
}

/** So many names are in the mail; the page has them all. */
const NAMES_TOLD = 20;

/** The mail to the operator. */
export function mailOfHeld({ space, plan, held, approve }: HeldNotice): { subject: string; text: string } {
  const { add, remove } = plan.counts;
  const removals = plan.actions.filter(({ action }) => action === "remove");
  const named = removals
    .slice(0, NAMES_TOLD)
    .map(({ name, email, reason }) => `- ${oneLine(name)} (${email}): ${reason}`);
  const more = removals.length > named.length ? [`- and ${removals.length - named.length} more`] : [];
  const paragraphs = [
    `The sync of the space “${space}” would remove ${countOfPeople(remove)} and add ${countOfPeople(add)}. Nothing was done: it waits for your approval.`,
    (plan.held ?? []).map(({ text }) => text).join("\n"),
    ...(named.length > 0 ? [`Whom it would remove:\n${[...named, ...more].join("\n")}`] : []),
    `Look at the whole plan, and approve it there; opening the link changes nothing:\n${approve}`,
    `The link is good until ${held.expiresAt.slice(0, 16).replace("T", " ")} UTC, and for this plan alone: when the space or the directory has changed since, nothing is done, and the new plan is held in its place.`,
    "If this is not what you want, correct the space file or the directory instead, and the next sync has another plan.",
  ];
  const changes = [...(remove > 0 ? [`${remove} to remove`] : []), ...(add > 0 ? [`${add} to add`] : [])];
  const subject = `Rollcall: ${changes.join(", ")} in the space “${space}”: approve or correct`;
  return { subject, text: `${paragraphs.filter((text) => text !== "").join("\n\n")}\n` };
}
