/** What the check knows of a thing that can run out: a connection's refresh token, or an app's client secret. */
export interface Watched {
  /** When it stops working; absent when nobody knows. */
  expiresAt?: Date;
  /** Why it does not work any more, when that is known. */
  trouble?: { code: string; since: Date };
  /** Days before `expiresAt` at which the operator was warned already. */
  warnedDays: readonly number[];
  /** When the operator was told that it does not work. */
  toldOfTroubleAt?: Date;
}

export type Health =
  | { state: "healthy"; daysLeft?: number }
  | { state: "expiring"; daysLeft: number; expiresAt: Date }
  | { state: "dead"; code: string; since: Date };

/** What the operator has to hear of, now. */
export type Warning =
  | { kind: "expiring"; daysLeft: number; expiresAt: Date; warnedDays: number[] }
  | { kind: "dead"; code: string; since: Date; told: boolean };

/** Days before the end at which the operator is warned, the first first. */
const WARN_AT_DAYS = [14, 7, 2] as const;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The code of what is dead because its time has passed, whether or not anybody has tried it since. */
export const EXPIRED = "expired";

/** Days until then, a begun one counted; 0 when it has passed. */
export function daysUntil(end: Date, now: Date): number {
  return Math.max(0, Math.ceil((end.getTime() - now.getTime()) / DAY_MS));
}

/** How a thing is at an instant. */
export function healthOf({ expiresAt, trouble }: Watched, now: Date): Health {
  const expired = expiresAt && expiresAt <= now ? { code: EXPIRED, since: expiresAt } : undefined;
  // What has failed after its time was over died when its time was over: that is one death to tell of, not two.
  const death = trouble && expired ? { ...trouble, since: earlier(trouble.since, expired.since) } : expired;
  const dead = death ?? trouble;
  if (dead) return { state: "dead", code: dead.code, since: dead.since };
  if (!expiresAt) return { state: "healthy" };
  const daysLeft = daysUntil(expiresAt, now);
  return daysLeft > WARN_AT_DAYS[0]
    ? { state: "healthy", daysLeft }
    : { state: "expiring", daysLeft, expiresAt };
}

/**
 * Decides what to tell the operator of a thing: its end at 14, 7 and 2 days, each once, and its death.
 * When the check did not run for some days, one warning stands for all that were missed.
 * @returns undefined when there is nothing to tell; for what is dead always something, with `told` for an old story
 */
export function planWarning(watched: Watched, now: Date): Warning | undefined {
  const health = healthOf(watched, now);
  switch (health.state) {
    case "healthy":
      return undefined;
    case "dead": {
      const { code, since } = health;
      const told = watched.toldOfTroubleAt !== undefined && watched.toldOfTroubleAt >= since;
      return { kind: "dead", code, since, told };
    }
    case "expiring": {
      const { daysLeft, expiresAt } = health;
      const reached = WARN_AT_DAYS.filter((days) => daysLeft <= days);
      // A renewal begins the count anew: a warning given before it was for an end that did not come.
      if (reached.every((days) => watched.warnedDays.includes(days))) return undefined;
      return { kind: "expiring", daysLeft, expiresAt, warnedDays: reached };
    }
  }
}

function earlier(one: Date, other: Date): Date {
  return one <= other ? one : other;
}
