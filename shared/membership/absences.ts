/** Since when members have not belonged into the space: by Webex's person id, an ISO 8601 time in UTC. */
export type Absences = Readonly<Record<string, string>>;

const DAY_MS = 86_400_000;
/** A run that starts somewhat earlier in its day than the one before must not cost a whole day more. */
const LEEWAY_MS = 3_600_000;

/** A member's absence, and until when it is borne with. */
export interface Absence {
  since: Date;
  until: Date;
  isOver: boolean;
}

/** Looks at one member who does not belong into the space now. What is not known, or is no time, begins now. */
export function absenceSince(known: string | undefined, now: Date, graceDays: number): Absence {
  const time = Date.parse(known ?? "");
  const since = new Date(Number.isNaN(time) ? now : Math.min(time, now.getTime()));
  const until = new Date(since.getTime() + graceDays * DAY_MS);
  return { since, until, isOver: until.getTime() - now.getTime() <= (graceDays > 0 ? LEEWAY_MS : 0) };
}
