import type { ExclusionReason } from "./directory.ts";
import { type DirectoryIndex, personOf } from "./directory-index.ts";
import { addressesOf, type Identity, isBot, isGuest, isMyself, type Member, type Myself } from "./space.ts";
import type { SpaceFile } from "./space-file.ts";

/** Why somebody does not belong into the space. `guest`: from outside the organization. */
export type RemovalReason = ExclusionReason | "left the directory" | "guest";

/** Why somebody stays. */
export type KeptReason =
  | "in the directory"
  | "the connected account"
  | "login state unknown"
  | "address unknown"
  | "kept address"
  | "kept bot"
  | "kept guest"
  | "kept moderator"
  | "last moderator"
  | "in the grace period";

/** Whether a member is to stay, as far as this can be said of them alone. */
export type Standing = { stays: true; reason: KeptReason } | { stays: false; reason: RemovalReason };

/** Judges one member. */
export function standingOf(
  member: Member,
  index: DirectoryIndex,
  { me, keep }: { me: Myself; keep: SpaceFile["keep"] },
): Standing {
  const stays = (reason: KeptReason): Standing => ({ stays: true, reason });
  if (isMyself(member, me)) return stays("the connected account");
  const known = personOf(member, index);
  if (known?.verdict.belongs === "yes") return stays("in the directory");
  if (known?.verdict.belongs === "unsure") return stays(known.verdict.reason);
  const kind = known?.person.kind;
  if (isKeptByAddress(member, index, keep)) return stays("kept address");
  if (keep.groups.bots && (isBot(member) || kind === "bot")) return stays("kept bot");
  if (keep.groups.guests && (isGuest(member, me) || kind === "app user")) return stays("kept guest");
  if (keep.groups.moderators && member.isModerator) return stays("kept moderator");
  if (!known && isNobodys(member, index)) return stays("address unknown");
  return { stays: false, reason: removalReasonOf(member, index, me) };
}

/** Whether a space file names somebody as one to keep, by any address that is known of them. */
export function isKeptByAddress(member: Member, index: DirectoryIndex, keep: SpaceFile["keep"]): boolean {
  const otherEmails = [...(member.otherEmails ?? []), ...(personOf(member, index)?.person.emails ?? [])];
  const addresses = addressesOf({ email: member.email, otherEmails });
  return addresses.some((address) => keep.emails.includes(address));
}

/** Whether nothing is told of a member that this directory could know them by. */
function isNobodys(member: Member, { byPersonId }: DirectoryIndex): boolean {
  return byPersonId.size === 0 && addressesOf(member).length === 0;
}

/** Why somebody of whom the directory does not say that they belong into the space does not belong into it. */
export function removalReasonOf(
  member: Identity & Pick<Member, "isMonitor" | "orgId" | "isAppUser">,
  index: DirectoryIndex,
  me: Myself,
): RemovalReason {
  const verdict = personOf(member, index)?.verdict;
  if (verdict?.belongs === "no") return verdict.reason;
  if (isBot(member)) return "bot";
  return isGuest(member, me) ? "guest" : "left the directory";
}
