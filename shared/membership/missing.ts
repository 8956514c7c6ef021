/** Since when members are missing, which is that they have not belonged into the space: by Webex's person id, an ISO 8601 time in UTC. */
export type MissingSince = Readonly<Record<string, string>>;

/** What is kept of them from run to run. */
export interface KeptMissing {
  since: MissingSince;
  /** Since when nothing could be read for sure, ISO 8601; nobody knows who was missing in that time. */
  unreadSince?: string | undefined;
}

/** The same without the time that was unknown, which must not count: they begin so much later. */
export function knownMissing({ since, unreadSince }: KeptMissing, now: Date): MissingSince {
  const unread = now.getTime() - Date.parse(unreadSince ?? "");
  if (!(unread > 0)) return since;
  return Object.fromEntries(
    Object.entries(since).map(([personId, text]) => {
      const time = Date.parse(text);
      return [personId, Number.isNaN(time) ? text : new Date(time + unread).toISOString()];
    }),
  );
}

const DAY_MS = 86_400_000;
/** A run that starts somewhat earlier in its day than the one before must not cost a whole day more. */
const LEEWAY_MS = 3_600_000;

/** How long a member is missing, and until when it is borne with. */
interface MissingSpan {
  since: Date;
  until: Date;
  isOver: boolean;
}

/** Looks at one member who does not belong into the space now. What is not known, or is no time, begins now. */
export function missingSince(known: string | undefined, now: Date, graceDays: number): MissingSpan {
  const time = Date.parse(known ?? "");
  const since = new Date(Number.isNaN(time) ? now : Math.min(time, now.getTime()));
  const until = new Date(since.getTime() + graceDays * DAY_MS);
  return { since, until, isOver: until.getTime() - now.getTime() <= (graceDays > 0 ? LEEWAY_MS : 0) };
}
