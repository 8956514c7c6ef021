import type { MaxRemovals } from "./space-file.ts";

/** Why a plan waits for somebody's approval. */
export interface HeldReason {
  code: "too_many_removals" | "too_many_members";
  /** With numbers, and what the reader can do. */
  text: string;
}

export interface PlanSize {
  /** Members now. */
  present: number;
  additions: number;
  removals: number;
}

/**
 * How many members may be removed without approval. One always may where the percentage is more than none: in a space
 * of five, the first to leave is a fifth of it.
 */
function mostRemovals(present: number, { count, percent }: MaxRemovals): number {
  const share = percent > 0 ? Math.max(1, Math.floor((present * percent) / 100)) : 0;
  return Math.min(count, share);
}

/** @param mostMembers  how many the service lets into a space */
export function heldReasons(
  size: PlanSize,
  limits: { maxRemovals: MaxRemovals; mostMembers: number },
): HeldReason[] {
  const { present, additions, removals } = size;
  const { maxRemovals, mostMembers } = limits;
  const most = mostRemovals(present, maxRemovals);
  const after = present - removals + additions;
  const reasons: HeldReason[] = [];
  if (removals > most) {
    const { count, percent } = maxRemovals;
    const text =
      `${removals} of ${present} members would be removed; without approval it may be ${most} at the most ` +
      `(max_removals: ${count}, and ${percent} % of the members). Approve the plan, or correct what made it.`;
    reasons.push({ code: "too_many_removals", text });
  }
  if (additions > 0 && after > mostMembers) {
    const text =
      `The space would have ${after} members; Webex lets ${mostMembers} into a space. ` +
      "Approved as it is, the plan adds as many as it can, and the others are refused. Better exclude more departments or addresses, or divide the people among several spaces.";
    reasons.push({ code: "too_many_members", text });
  }
  return reasons;
}
