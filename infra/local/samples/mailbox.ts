import type { Mailbox, OwnEvent } from "../emulators/graph/mailbox.ts";
import type { EventSeed, GraphSeed } from "../emulators/graph/seed.ts";
import { instantOf, wallClock } from "../emulators/graph/time-zone.ts";
import { CONTACTS, SATURDAY_ATTENDEES, SESSION_ATTENDEES } from "./people.ts";

export const SAMPLE_ACCOUNT = "coach@mantabots.example";
export const TEAM_CALENDAR = "2026-2027 Team Calendar";
/** Of the account's second team, whose notices leave through a mail server of its own. */
export const SECOND_CALENDAR = "Sharkbots Calendar";

const TOPIC = "Team Session";
const TIME_ZONE = "America/New_York";
const DAY = 24 * 60 * 60 * 1000;

/**
 * The personal account of a robotics team's coach, with a session in the 24 hours after `now`, another three days
 * later, a cancelled one and events that are no sessions.
 */
export function sampleSeed(now: Date): GraphSeed {
  const session = nextSession(now);
  return {
    accounts: [
      {
        account: SAMPLE_ACCOUNT,
        displayName: "Camille Martin",
        givenName: "Camille",
        surname: "Martin",
        // As many personal accounts have it: the address is in userPrincipalName.
        mail: null,
        calendars: [
          { name: "Calendar", events: [weeklyCall(session)] },
          { name: TEAM_CALENDAR, events: [...sessions(session), ...otherTopics(session)] },
          { name: SECOND_CALENDAR, events: [secondSession(session)] },
          { name: "Birthdays", canEdit: false },
          { name: "United States holidays", canEdit: false },
        ],
        contacts: CONTACTS,
      },
    ],
  };
}

/**
 * Adds a session to each team's calendar when there is none in the 24 hours after `now`, so that a start on a later day
 * has work again. What is there stays as it is, and of one local day there is never a second.
 */
export function refreshSamples(mailbox: Mailbox, now: Date): void {
  const session = nextSession(now);
  const due = [
    { calendar: TEAM_CALENDAR, session },
    { calendar: SECOND_CALENDAR, session: secondSession(session) },
  ];
  for (const { calendar, session: missing } of due) {
    const isThere = (event: OwnEvent): boolean =>
      event.calendar === calendar && (event.transactionId === missing.transactionId || isComing(event, now));
    if (!mailbox.events.some(isThere)) mailbox.addEvent(calendar, missing);
  }
}

function isComing({ details, startsAt }: OwnEvent, now: Date): boolean {
  const isSession = details.subject.includes(TOPIC) && !details.isCancelled;
  return isSession && startsAt > now && +startsAt <= +now + DAY;
}

function secondSession(session: EventSeed): EventSeed {
  return {
    ...session,
    attendees: SATURDAY_ATTENDEES,
    location: "Pool",
    transactionId: `${session.transactionId}-sharkbots`,
  };
}

function sessions(session: EventSeed): EventSeed[] {
  return [
    session,
    {
      ...eventOn(daysAfter(session, 3), "10:00:00", "13:00:00"),
      subject: `${TOPIC}: competition day rehearsal`,
      attendees: SATURDAY_ATTENDEES,
      location: "Gymnasium",
    },
    {
      ...session,
      subject: `Canceled: ${TOPIC} (drive practice)`,
      isCancelled: true,
      transactionId: "sample-cancelled",
    },
  ];
}

function otherTopics(session: EventSeed): EventSeed[] {
  return [
    {
      ...session,
      subject: "Outreach: Parents' Evening",
      attendees: SESSION_ATTENDEES.slice(5),
      location: "Auditorium",
      transactionId: "sample-parents-evening",
    },
    {
      subject: "Regional Qualifier",
      start: `${daysAfter(session, 12)}T00:00:00`,
      end: `${daysAfter(session, 14)}T00:00:00`,
      timeZone: TIME_ZONE,
      isAllDay: true,
      location: "Northfield Arena",
    },
  ];
}

function weeklyCall(session: EventSeed): EventSeed {
  const date = daysAfter(session, -6);
  return {
    ...eventOn(date, "12:00:00", "12:30:00"),
    subject: "League coaches' call",
    recurrence: {
      pattern: { type: "daily", interval: 7 },
      range: { type: "noEnd", startDate: date, recurrenceTimeZone: TIME_ZONE },
    },
  };
}

/** The session of the local day of `now`: at six in the evening, or the next day's when that is past. */
function nextSession(now: Date): EventSeed {
  const today = wallClock(now, TIME_ZONE).slice(0, 10);
  const tomorrow = dayAfter(today, 1);
  // On the day on which clocks go back, six o'clock tomorrow can be 25 hours away.
  const choices = [
    eventOn(today, "18:00:00", "20:30:00"),
    eventOn(tomorrow, "18:00:00", "20:30:00"),
    eventOn(tomorrow, "10:00:00", "12:30:00"),
  ];
  const isNext = ({ start }: (typeof choices)[number]): boolean => {
    const startsAt = +instantOf({ dateTime: start, timeZone: TIME_ZONE });
    return startsAt > +now && startsAt <= +now + DAY;
  };
  return {
    ...(choices.find(isNext) ?? eventOn(tomorrow, "10:00:00", "12:30:00")),
    subject: TOPIC,
    attendees: SESSION_ATTENDEES,
    location: "Robotics Workshop",
    body: "Bring safety glasses. The side gate closes at 18:15.",
    transactionId: `sample-session-${today}`,
  };
}

function eventOn(date: string, from: string, to: string): Pick<EventSeed, "start" | "end" | "timeZone"> {
  return { start: `${date}T${from}`, end: `${date}T${to}`, timeZone: TIME_ZONE };
}

function daysAfter({ start }: EventSeed, days: number): string {
  return dayAfter(start.slice(0, 10), days);
}

function dayAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}
