import { createHash } from "node:crypto";
import type { Plan } from "./plan.ts";

/**
 * What a plan would do, as a text: the same for two plans that would do the same for the same reasons, whenever and in
 * whatever order things were read. It says nothing of those who stay, nor of names, which may change meanwhile.
 */
export function canonicalPlan({
  spaceId,
  additions,
  removals,
}: Pick<Plan, "spaceId" | "additions" | "removals">): string {
  // Arrays, not objects: they have one form only.
  const add = additions.map(({ personId, email, reason }) =>
    personId === undefined ? ["email", email.toLowerCase(), reason] : ["id", personId, reason],
  );
  const remove = removals.map(({ membershipId, personId, isModerator, reason }) => [
    membershipId,
    personId,
    isModerator ? "moderator" : "member",
    reason,
  ]);
  return JSON.stringify(["plan 1", spaceId, sorted(add), sorted(remove)]);
}

/** SHA-256 of that text in hexadecimal digits. */
export function planHash(plan: Pick<Plan, "spaceId" | "additions" | "removals">): string {
  return createHash("sha256").update(canonicalPlan(plan)).digest("hex");
}

function sorted(rows: string[][]): string[][] {
  return rows
    .map((row) => ({ row, key: JSON.stringify(row) }))
    .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
    .map(({ row }) => row);
}
