/** Graph's patternedRecurrence, and the dates it stands for. Everything here is local dates: no zone, no time. */
export interface PatternedRecurrence {
  pattern: RecurrencePattern;
  range: RecurrenceRange;
}

export const DAYS_OF_WEEK = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
] as const;
type DayOfWeek = (typeof DAYS_OF_WEEK)[number];

/** @see https://learn.microsoft.com/graph/api/resources/recurrencepattern */
export interface RecurrencePattern {
  type: "daily" | "weekly" | "absoluteMonthly" | "relativeMonthly" | "absoluteYearly" | "relativeYearly";
  interval: number;
  daysOfWeek?: DayOfWeek[];
  /** Sunday unless given. */
  firstDayOfWeek?: DayOfWeek;
  dayOfMonth?: number;
  /** 1 to 12. */
  month?: number;
  /** First unless given. */
  index?: "first" | "second" | "third" | "fourth" | "last";
}

/** @see https://learn.microsoft.com/graph/api/resources/recurrencerange */
export interface RecurrenceRange {
  type: "endDate" | "noEnd" | "numbered";
  /** Such as 2026-11-03. */
  startDate: string;
  /** Still part of the series. */
  endDate?: string;
  numberOfOccurrences?: number;
  recurrenceTimeZone?: string;
}

const DAY = 24 * 60 * 60 * 1000;
const INDEXES = { first: 0, second: 1, third: 2, fourth: 3, last: -1 };

/**
 * The dates on which occurrences begin, in order.
 * @param until  the last date that is looked at, such as 2026-11-03; an endless series is cut here
 */
export function occurrenceDates({ pattern, range }: PatternedRecurrence, until: string): string[] {
  const last =
    range.type === "endDate" && range.endDate !== undefined ? earlier(range.endDate, until) : until;
  const limit = range.type === "numbered" ? (range.numberOfOccurrences ?? 1) : Number.POSITIVE_INFINITY;
  const dates: string[] = [];
  for (const candidates of steps(pattern, range.startDate)) {
    for (const date of candidates) {
      if (date > last || dates.length >= limit) return dates;
      if (date >= range.startDate) dates.push(date);
    }
  }
  return dates;
}

/** The candidates of one period after the other: of each day, week, month or year that the interval names. */
function* steps(pattern: RecurrencePattern, startDate: string): Generator<string[]> {
  const start = dayNumber(startDate);
  const [year, month] = [Number(startDate.slice(0, 4)), Number(startDate.slice(5, 7)) - 1];
  const interval = Math.max(1, pattern.interval);
  for (let step = 0; ; step += interval) {
    switch (pattern.type) {
      case "daily":
        yield [dateOf(start + step)];
        break;
      case "weekly":
        yield daysOfTheWeek(pattern, start, step);
        break;
      case "absoluteMonthly":
        yield [dayOfTheMonth(year, month + step, pattern)];
        break;
      case "relativeMonthly":
        yield [weekdayOfTheMonth(year, month + step, pattern)];
        break;
      case "absoluteYearly":
        yield [dayOfTheMonth(year + step, (pattern.month ?? 1) - 1, pattern)];
        break;
      case "relativeYearly":
        yield [weekdayOfTheMonth(year + step, (pattern.month ?? 1) - 1, pattern)];
        break;
    }
  }
}

function daysOfTheWeek(pattern: RecurrencePattern, start: number, weeksLater: number): string[] {
  const first = DAYS_OF_WEEK.indexOf(pattern.firstDayOfWeek ?? "sunday");
  const week = start - ((weekday(start) - first + 7) % 7) + weeksLater * 7;
  const days = [0, 1, 2, 3, 4, 5, 6].map((offset) => week + offset).filter((day) => falls(day, pattern));
  // A week without a day would be looked for until the end of time.
  return (days.length > 0 ? days : [start + weeksLater * 7]).map(dateOf);
}

/** Outlook puts the 31st of a shorter month on its last day. */
function dayOfTheMonth(year: number, month: number, { dayOfMonth = 1 }: RecurrencePattern): string {
  const { first, length } = monthOf(year, month);
  return dateOf(first + Math.min(dayOfMonth, length) - 1);
}

/** With more than one day of the week it is the first, or last, day that is any of them. */
function weekdayOfTheMonth(year: number, month: number, pattern: RecurrencePattern): string {
  const { first, length } = monthOf(year, month);
  const days = Array.from({ length }, (_, index) => first + index).filter((day) => falls(day, pattern));
  return dateOf(days.at(INDEXES[pattern.index ?? "first"]) ?? first);
}

function falls(day: number, { daysOfWeek = [] }: RecurrencePattern): boolean {
  return daysOfWeek.some((name) => DAYS_OF_WEEK.indexOf(name) === weekday(day));
}

function monthOf(year: number, month: number): { first: number; length: number } {
  const first = Date.UTC(year, month, 1) / DAY;
  return { first, length: Date.UTC(year, month + 1, 1) / DAY - first };
}

function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY;
}

function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** 1970-01-01 was a Thursday. */
function weekday(day: number): number {
  return (day + 4) % 7;
}

function earlier(one: string, other: string): string {
  return one < other ? one : other;
}
