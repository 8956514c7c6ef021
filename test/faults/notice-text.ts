import type { Announcement } from "./history.ts";

/** Says all that a notice can say, a thing a line. */
export const PATTERN = `Subject: Notice
{{event_id}}
{{start_time}}
{{end_time}}
{{adults}}
{{mentors}}
{{students}}
`;

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** What a host reads in a notice of that pattern, the team being in UTC. */
export function readNotice(text: string): Announcement & { event: string } {
  const [event = "", start = "", end = "", ...names] = text.split(/\r?\n/);
  const people = names.filter((line) => line.startsWith("- ")).map((line) => line.slice(2).trim());
  return { event, slot: { start: instantIn(start), end: instantIn(end) }, people: new Set(people) };
}

/** `Tuesday, 03. November 2026 at 08:05AM` */
function instantIn(text: string): Date {
  const [, day, month = "", year, hours, minutes, half] =
    /^\w+, (\d\d)[.] (\w+) (\d{4}) at (\d\d):(\d\d)(AM|PM)$/.exec(text) ?? [];
  const hour = (Number(hours) % 12) + (half === "PM" ? 12 : 0);
  return new Date(Date.UTC(Number(year), MONTHS.indexOf(month), Number(day), hour, Number(minutes)));
}

/** What a mark says; its dates are in UTC. */
export function readMark(mark: Record<string, unknown>): Announcement {
  const instant = (name: string): Date => new Date(`${String(mark[name]).slice(0, 19)}Z`);
  const texts = ["students", "adults", "mentors"].map((role) => String(mark[role]));
  const people = texts.flatMap((text) =>
    [...text.matchAll(/"name": "([^"]*)"/g)].map(([, name = ""]) => name),
  );
  return { slot: { start: instant("start"), end: instant("end") }, people: new Set(people) };
}
