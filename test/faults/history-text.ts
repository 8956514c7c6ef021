import type { Announcement, History, HistoryItem, PassOutcome } from "./history.ts";
import { slotText } from "./history.ts";

/** A history for a person to read, a line for each thing that happened; events are numbered as they came up. */
export function textOfHistory(history: History): string {
  const names = new Map<string, string>();
  const nameOf = (event: string): string => {
    const name = names.get(event) ?? `event ${names.size + 1}`;
    names.set(event, name);
    return name;
  };
  return history.map((item) => lineOf(item, nameOf)).join("\n");
}

function lineOf(item: HistoryItem, nameOf: (event: string) => string): string {
  switch (item.kind) {
    case "calendar": {
      const { state } = item;
      const what = state ? `${state.isCancelled ? "cancelled, " : ""}${announcementText(state)}` : "deleted";
      return `  calendar   ${nameOf(item.event)}: ${what}`;
    }
    case "trouble":
      return `  trouble    ${item.what}: ${item.service}, ${item.request}`;
    case "mail":
      return `  mail       ${nameOf(item.event)}: ${announcementText(item)} ${item.messageId.slice(0, 9)}…`;
    case "pass begins": {
      const marks = [...item.marks].map(([event, mark]) => `${nameOf(event)}: ${announcementText(mark)}`);
      return `pass at ${item.at.toISOString().slice(5, 19)}; marks: ${marks.join("; ") || "none"}`;
    }
    case "pass ends":
      return item.outcomes.map((outcome) => `  outcome    ${outcomeText(outcome, nameOf)}`).join("\n");
  }
}

function outcomeText(outcome: PassOutcome, nameOf: (event: string) => string): string {
  if (outcome.kind === "failed") return `failed: ${outcome.why}`;
  if (outcome.kind !== "reported") return outcome.kind;
  const rows = outcome.rows.map(
    ({ event, action, reason, error }) =>
      `${nameOf(event)} ${action}${reason ? ` (${reason})` : ""}${error === undefined ? "" : ` “${error.slice(0, 90)}…”`}`,
  );
  return `${outcome.status}: ${rows.join("; ")}`;
}

function announcementText({ slot, people }: Announcement): string {
  return `${slotText(slot)} ${[...people].join(", ") || "nobody"}`;
}
