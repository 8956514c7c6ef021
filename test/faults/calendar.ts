import type { Mailbox } from "../../infra/local/emulators/graph/mailbox.ts";
import { invited, KNOWN_NAMES } from "./cast.ts";
import type { Announcement, HistoryItem } from "./history.ts";
import { readMark } from "./notice-text.ts";
import type { CalendarChange, Slot } from "./schedule.ts";
import { CALENDAR } from "./services.ts";

const HOUR = 60 * 60 * 1000;
const EXTENSION = "org.mantabots";
const TOPIC = "Team Session";

type CalendarItem = Extract<HistoryItem, { kind: "calendar" }>;

/** The team's calendar, as somebody changes it. */
export class Calendar {
  readonly #mailbox: Mailbox;
  readonly #begin: Date;
  /** In the order in which they were made; a change counts those, too, that were deleted. */
  readonly #events: { id: string; isDeleted: boolean }[] = [];

  /** @param begin  what hours are counted from */
  constructor(mailbox: Mailbox, begin: Date) {
    this.#mailbox = mailbox;
    this.#begin = begin;
    for (const { id } of mailbox.events) mailbox.deleteEvent(id);
  }

  /** The ids of the events there are. */
  get events(): string[] {
    return this.#events.filter(({ isDeleted }) => !isDeleted).map(({ id }) => id);
  }

  /** @returns what has changed, for the history */
  change(change: CalendarChange): CalendarItem[] {
    if (change.kind === "add") {
      const { slot, people } = change;
      const subject = `${TOPIC} ${this.#events.length + 1}`;
      const seed = { subject, attendees: people.map(invited), ...this.#timesOf(slot) };
      const id = this.#mailbox.addEvent(CALENDAR, seed);
      this.#events.push({ id, isDeleted: false });
      return [this.#itemOf(id)];
    }
    const event = this.#events[change.event % this.#events.length];
    if (!event || event.isDeleted) return [];
    const { id } = event;
    switch (change.kind) {
      case "move":
        this.#mailbox.changeEvent(id, this.#timesOf(change.slot));
        break;
      case "people":
        this.#mailbox.changeEvent(id, { attendees: change.people.map(invited) });
        break;
      case "cancel":
        this.#mailbox.changeEvent(id, { isCancelled: true });
        break;
      case "delete":
        event.isDeleted = true;
        this.#mailbox.deleteEvent(id);
        return [{ kind: "calendar", event: id }];
    }
    return [this.#itemOf(id)];
  }

  /** What each event's mark says, as far as there is one. */
  marks(): ReadonlyMap<string, Announcement> {
    const marks = this.events.flatMap((id) => {
      const mark = this.#mailbox.extensions(id)[EXTENSION];
      return mark ? [[id, readMark(mark)] as const] : [];
    });
    return new Map(marks);
  }

  /** As a mail program does that writes an event anew. */
  loseMark(event: number): void {
    const { id, isDeleted } = this.#events[event % this.#events.length] ?? { id: "", isDeleted: true };
    if (!isDeleted) this.#mailbox.removeExtension(id, EXTENSION);
  }

  #timesOf({ from, to }: Slot): { start: string; end: string; timeZone: string } {
    const at = (hours: number): string =>
      new Date(this.#begin.getTime() + hours * HOUR).toISOString().slice(0, 19);
    return { start: at(from), end: at(to), timeZone: "UTC" };
  }

  #itemOf(id: string): CalendarItem {
    const event = this.#mailbox.events.find((each) => each.id === id);
    if (!event) return { kind: "calendar", event: id };
    const { start, end, attendees, isCancelled } = event.details;
    const names = attendees.map(({ name }) => name).filter((name) => KNOWN_NAMES.has(name));
    const slot = { start: new Date(`${start.dateTime}Z`), end: new Date(`${end.dateTime}Z`) };
    return { kind: "calendar", event: id, state: { slot, people: new Set(names), isCancelled } };
  }
}
