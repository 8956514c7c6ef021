import { notTaken, taken } from "../../shared/absence/absence-ledger.ts";
import type { AutomaticReplies, RepliesReading } from "../../shared/absence/automatic-replies.ts";
import type { MonitoredUser } from "../../shared/absence/monitored-user.ts";
import { type News, planTick, type Telling, type TickPlan } from "../../shared/absence/plan.ts";
import type { TargetKind, Told } from "../../shared/absence/told.ts";
import type { Intent } from "../../shared/ledger/entry.ts";
import type { Reading } from "../../shared/ledger/ledger.ts";

/** What becomes of a POST; `lost`: it arrived and nobody learned of it; `killed`: nobody wrote down even that. */
export type Fate = "taken" | "refused" | "lost" | "killed";

/** One user's days on the clock: ticks, one target, and a ledger in memory. */
export class PlanWalk {
  user: MonitoredUser = {
    id: "ada-id",
    email: "ada@example.com",
    registration: "r1",
    registeredAt: "2026-01-01T00:00:00.000Z",
  };
  shows: RepliesReading | undefined = repliesOf("disabled");
  fate: Fate = "taken";
  readonly kind: TargetKind;
  readonly entries = new Map<string, Reading<Told>>();
  /** What arrived at the target, in order. */
  readonly heard: { at: string; telling: Telling }[] = [];
  tries = 0;
  rowsWritten = 0;

  constructor(kind: TargetKind = "mediator") {
    this.kind = kind;
  }

  /** What is begun. */
  get intent(): Intent<Told> | undefined {
    const kept = this.entries.get(this.user.id);
    return kept && "entry" in kept ? kept.entry.intent : undefined;
  }

  tick(now: Date): TickPlan {
    const { user, shows, kind, entries } = this;
    const readings = new Map(shows === undefined ? [] : [[user.id, shows] as const]);
    const targets = [{ scope: "absence/it", kind, entries }];
    const plan = planTick({ users: [user], readings, targets, message: "audience", now });
    for (const seen of plan.seen) this.user = seen;
    this.rowsWritten += plan.seen.length;
    for (const telling of plan.tell) this.#post(telling, now);
    return plan;
  }

  /** A tick each minute, some seconds past it. */
  ticks(from: string, to: string, before: (now: Date) => void = () => {}): void {
    for (let at = Date.parse(from); at < Date.parse(to); at += 60_000) {
      const now = new Date(at + (((at / 60_000) * 7919) % 5000));
      before(now);
      this.tick(now);
    }
  }

  /** What arrived, as `2026-11-02T08:00 True text`. */
  get story(): string[] {
    return this.heard.map(({ at, telling: { news } }) =>
      `${at.slice(0, 16)} ${news.away ? "True" : "False"} ${textOf(news)}`.trim(),
    );
  }

  #post(telling: Telling, now: Date): void {
    this.tries += 1;
    const { fate } = this;
    if (fate !== "refused") this.heard.push({ at: now.toISOString(), telling });
    const entry =
      fate === "taken"
        ? taken(telling.intent, now)
        : fate === "killed"
          ? telling.intent
          : notTaken(telling.intent, "timed out");
    this.entries.set(telling.user.id, { entry, version: String(this.tries) });
  }
}

export function repliesOf(
  status: AutomaticReplies["status"],
  changes: Partial<AutomaticReplies> = {},
): AutomaticReplies {
  return { status, audience: "all", internal: "<p>in</p>", external: "<p>out</p>", ...changes };
}

/** The text for everybody: a webhook gets it among others. */
export function textOf({ says }: News): string {
  return says.startsWith("{") ? (JSON.parse(says) as { external: string }).external : says;
}
