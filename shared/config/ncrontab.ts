import { Cron } from "croner";

/** When a timer fires, in UTC. */
export interface Schedule {
  /** As written, settings resolved. */
  readonly expression: string;
  /** The first occurrence after an instant; undefined when there is none (30 February). */
  next(after: Date): Date | undefined;
  /** The last occurrence at or before an instant; undefined when there is none. */
  latest(at: Date): Date | undefined;
}

/** The expression is not NCRONTAB. */
export class ScheduleError extends Error {
  override readonly name = "ScheduleError";
}

interface Field {
  name: string;
  min: number;
  max: number;
  names?: string[];
}

const MONTHS = "january february march april may june july august september october november december";
const DAYS = "sunday monday tuesday wednesday thursday friday saturday";
const FIELDS: Field[] = [
  { name: "second", min: 0, max: 59 },
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day", min: 1, max: 31 },
  { name: "month", min: 1, max: 12, names: MONTHS.split(" ") },
  { name: "day of week", min: 0, max: 6, names: DAYS.split(" ") },
];

/**
 * Reads an NCRONTAB expression of six fields, or of five without the seconds.
 *
 * The grammar is read here, because croner's is another: it takes `7`, `L`, `#`, `?`, `@daily` and no `5/10`, and refuses
 * names by their beginning and ranges that run backwards. The calendar is left to croner, which is given lists of
 * numbers and told that day and day of week must both match.
 * @throws {ScheduleError} naming the field
 * @see https://github.com/atifaziz/NCrontab/wiki/Crontab-Expression
 */
export function parseNcrontab(expression: string): Schedule {
  const written = expression.split(" ").filter((part) => part !== "");
  if (written.length !== 5 && written.length !== 6) {
    throw new ScheduleError(
      `The schedule expression '${expression}' has ${written.length} fields. ` +
        "Write six: second, minute, hour, day, month, day of week.",
    );
  }
  const parts = written.length === 5 ? ["0", ...written] : written;
  const lists = FIELDS.map((field, index) => valuesOf(parts[index] ?? "", field, expression).join(","));
  const cron = new Cron(lists.join(" "), { mode: "6-part", utcOffset: 0, domAndDow: true });
  return {
    expression,
    next: (after) => cron.nextRun(after) ?? undefined,
    // croner looks strictly before.
    latest: (at) => cron.previousRuns(1, new Date(at.getTime() + 1))[0],
  };
}

/** The allowed values of one field, ascending. */
function valuesOf(text: string, field: Field, expression: string): number[] {
  const refuse = (why: string): never => {
    throw new ScheduleError(
      `The schedule expression '${expression}' is not valid: in the ${field.name} field, ${why}. ` +
        `Values go from ${field.min} to ${field.max}.`,
    );
  };
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const [, range, step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? refuse(`'${item}' is not a value`);
    const [first, last] = boundsOf(range ?? "", step !== undefined, field, refuse);
    for (let value = first; value <= last; value += Math.max(1, Number(step ?? 1))) values.add(value);
  }
  return [...values].sort((one, other) => one - other);
}

function boundsOf(
  range: string,
  stepped: boolean,
  field: Field,
  refuse: (why: string) => never,
): [number, number] {
  if (range === "*") return [field.min, field.max];
  const [, from, to] = /^([^-]+)(?:-([^-]+))?$/.exec(range) ?? refuse(`'${range}' is not a range`);
  const first = numberOf(from ?? "", field, refuse);
  if (to === undefined) return [first, stepped ? field.max : first];
  const last = numberOf(to, field, refuse);
  // NCRONTAB swaps the ends of a range that runs backwards: FRI-MON means Monday to Friday.
  return first <= last ? [first, last] : [last, first];
}

function numberOf(text: string, field: Field, refuse: (why: string) => never): number {
  const named = (field.names ?? []).findIndex((name) => name.startsWith(text.toLowerCase()));
  const value = /^\d+$/.test(text) ? Number(text) : named === -1 ? Number.NaN : named + field.min;
  return value >= field.min && value <= field.max ? value : refuse(`'${text}' is not a value`);
}
