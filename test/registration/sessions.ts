import { type PassInput, planPass, type Plan, type PlannedEvent } from "../../shared/registration/plan.ts";
import { compilePattern } from "../../shared/registration/pattern.ts";
import type { Contact, Invitee, MarkReading, SessionEvent } from "../../shared/registration/session.ts";
import { parseTeamFile, type TeamFile } from "../../shared/registration/team-file.ts";

/** Plain sessions, people and team files for the tests of the registration rules. */

export function aSession(fields: Partial<SessionEvent> = {}): SessionEvent {
  return {
    id: "session-1",
    subject: "Team Session",
    isCancelled: false,
    isAllDay: false,
    start: { dateTime: "2026-11-03T13:05:00.0000000", timeZone: "UTC" },
    end: { dateTime: "2026-11-03T22:00:00.0000000", timeZone: "UTC" },
    attendees: [],
    ...fields,
  };
}

export function anInvitee(mail: string, fields: Partial<Invitee> = {}): Invitee {
  return { type: "required", name: "", mail, response: "none", ...fields };
}

export function aCard(
  displayName: string,
  addresses: string | string[],
  fields: Partial<Contact> = {},
): Contact {
  return { displayName, addresses: [addresses].flat(), categories: [], ...fields };
}

const PATTERN = `Subject: {{team}} on {{date}} [{{event_id}}]
{{team}} between {{start_time}} and {{end_time}} adults:
{{adults}}
Mentors:
{{mentors}}
Students:
{{students}}
Bye`;

export function aTeamFile(
  fields: { calendar?: object; mail?: object; [field: string]: unknown } = {},
): TeamFile {
  return parseTeamFile("testbots", {
    team: "TestBots",
    ...fields,
    mail: { to: "host@example.org", pattern: "conf/mail-pattern.txt", ...fields.mail },
    calendar: { name: "Test Calendar", ...fields.calendar },
  });
}

export interface PlanQuestion {
  events: { event: SessionEvent; mark?: MarkReading }[];
  contacts: Contact[];
  /** What the ledger says, by event. */
  entries?: PassInput["entries"];
  sightings?: PassInput["sightings"];
  now?: Date;
  file?: TeamFile;
  resend?: string[];
  trial?: boolean;
  pattern?: string;
  htmlPattern?: string;
}

export function planOf(question: PlanQuestion): Plan {
  const { events, contacts, entries, sightings, file, resend, trial, pattern, htmlPattern } = question;
  return planPass(
    {
      events: events.map(({ event, mark }) => ({
        event,
        mark: mark ?? { state: "unregistered", exists: false },
      })),
      contacts,
      entries: entries ?? new Map(),
      sightings: sightings ?? new Map(),
    },
    {
      now: question.now ?? new Date("2026-11-03T04:00:00Z"),
      sentItemsDelayMs: 10 * 60_000,
      messageIdDomain: "rollcall.example",
      occasion: "batch-1",
      place: "graph default",
      file: file ?? aTeamFile(),
      patterns: {
        text: compilePattern(pattern ?? PATTERN, "text", "conf/mail-pattern.txt"),
        html: htmlPattern === undefined ? undefined : compilePattern(htmlPattern, "html", "conf/mail.html"),
      },
      resend: new Set(resend),
      trial: trial ?? false,
    },
  );
}

/** The planned row of an event; fails the test when there is none. */
export function rowOf(plan: Plan, eventId = "session-1"): PlannedEvent {
  const row = plan.events.find(({ event }) => event.id === eventId);
  if (row?.state !== "planned") throw new Error(`${eventId} was not planned: ${JSON.stringify(row)}`);
  return row;
}

/** `announce new`, `skip cancelled`, … for each event of a plan, in its order. */
export function outcomesOf(plan: Plan): string[] {
  return plan.events.map((row) =>
    row.state === "planned"
      ? `${row.event.id}: ${row.decision.action} ${row.decision.reason}`
      : `${row.event.id}: failed`,
  );
}
