import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Run } from "../../shared/membership/run.ts";
import { aMembershipWorld, type MembershipSeed, type MembershipWorld } from "../worlds/membership-world.ts";
import { COACH } from "../worlds/services.ts";

export const HOUR = 3_600_000;
/** Who left the directory, and is in the space still. */
export const LEAVERS = ["bob@example.org", "carol@example.org", "dan@example.org"];

/** A space that three have to leave, and one has to join, where one removal at the most is allowed. */
export async function aHeldSpace(t: TestContext, seed: MembershipSeed = {}): Promise<MembershipWorld> {
  const world = await aMembershipWorld(t, {
    people: [...LEAVERS, "eve@example.org"],
    members: LEAVERS,
    file: { max_removals: { count: 1, percent: 100 }, excluded_emails: LEAVERS },
    operator: true,
    ...seed,
  });
  return world;
}

/** The run that is held. */
export async function held(world: MembershipWorld, request: object = {}): Promise<Run> {
  const run = await world.sync(request);
  assert.equal(run.status, "held", JSON.stringify(run));
  return run;
}

export function hashOf(run: Run): string {
  assert.match(run.hash ?? "", /^[0-9a-f]{64}$/);
  return run.hash ?? "";
}

export function tokenIn(link: string | undefined): string {
  assert.match(link ?? "", /^https:\/\/rollcall\.example\/api\/approvals\/[\w-]+$/);
  return link?.split("/").at(-1) ?? "";
}

/** What the operator got, oldest first. */
export function mailsOf({ graph }: MembershipWorld): { to: string[]; subject: string; text: string }[] {
  return graph.mailbox(COACH).sent.map(({ to, subject, text = "" }) => ({
    to: to.map(({ address }) => address),
    subject,
    text,
  }));
}

/** The words of a page, without its tags. */
export function wordsOf(body: string): string {
  return body
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))
    .replace(/\s+/g, " ");
}

/** One more who has to leave, so that the plan is another one. */
export async function changeDirectory(world: MembershipWorld): Promise<void> {
  world.webex.people.add({ email: "late@example.org", displayName: "late" });
  world.webex.space("all hands").add("late@example.org");
  world.webex.people.change("late@example.org", { loginEnabled: false });
}
