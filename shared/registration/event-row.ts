import type { FailedEvent, Plan, PlannedEvent } from "./plan.ts";
import type { EventRow } from "./run.ts";
import { EMPTY_ROSTER } from "./session.ts";

/** The row of an event before anything is done about it: `skipped`, unless the decision itself says otherwise. */
export function plannedRow(event: PlannedEvent | FailedEvent, { recipients }: Plan): EventRow {
  const { id: eventId, subject } = event.event;
  const nobody = { to: [], attendees: EMPTY_ROSTER, announced: EMPTY_ROSTER, unknownAttendees: [] };
  if (event.state === "failed") return { eventId, subject, action: "failed", ...nobody, error: event.error };
  const { decision, slot } = event;
  const row: EventRow = {
    eventId,
    subject,
    start: slot.start.toISOString(),
    end: slot.end.toISOString(),
    action: "skipped",
    ...nobody,
    attendees: event.attendance,
    unknownAttendees: event.unknownAttendees,
  };
  switch (decision.action) {
    case "skip":
      return { ...row, reason: decision.reason };
    case "wait":
      return { ...row, action: "pending", error: decision.error };
    case "fail":
      return {
        ...row,
        action: "failed",
        reason: decision.reason,
        error: `What was announced before could not be read: ${decision.error}`,
      };
    case "announce":
      return { ...row, reason: decision.reason, to: recipients.to, announced: decision.announced };
  }
}
