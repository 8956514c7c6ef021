import type { Clock } from "../../shared/clock.ts";
import type { Logger } from "../../shared/log.ts";
import type { Run } from "../../shared/registration/run.ts";
import type { RegistrationService, RunOutcome } from "../../shared/registration/service.ts";
import { wireRegistration } from "../../shared/registration/wire.ts";
import type { PassOutcome, ReportedRow } from "./history.ts";

/** The app under test: all that this rig knows of it. */
export interface App {
  run(): Promise<PassOutcome>;
}

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Starts the app anew: it remembers nothing but what was stored. */
export async function startApp(settings: Record<string, string>, clock: Clock): Promise<App> {
  const service = await wireRegistration(settings, SILENT, { clock });
  return { run: () => runOnce(service) };
}

async function runOnce(service: RegistrationService): Promise<PassOutcome> {
  let outcome: RunOutcome;
  try {
    outcome = await service.runNow({}, SILENT);
  } catch (error) {
    return { kind: "failed", why: String(error) };
  }
  const [run] = outcome.kind === "ran" ? outcome.runs : [];
  if (!run) return { kind: "failed", why: JSON.stringify(outcome) };
  if (run.error?.code === "already_running") return { kind: "busy" };
  if (run.error) return { kind: "failed", why: `${run.error.code}: ${run.error.message}` };
  return { kind: "reported", status: run.status, rows: run.events.map(rowOf), warnings: run.warnings };
}

function rowOf(row: Run["events"][number]): ReportedRow {
  const { eventId: event, action, reason, error, start, end, attendees, announced } = row;
  return {
    event,
    action,
    reason,
    error,
    slot:
      start === undefined || end === undefined ? undefined : { start: new Date(start), end: new Date(end) },
    attendees: namesIn(attendees),
    announced: namesIn(announced),
  };
}

function namesIn(roster: Run["events"][number]["attendees"]): ReadonlySet<string> {
  return new Set(Object.values(roster).flatMap((people) => people.map(({ name }) => name)));
}
