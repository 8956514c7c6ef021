import { type Mail, type PassOutcome, type ReportedRow, sameSlot } from "./history.ts";
import type { Finding } from "./last-pass.ts";
import { areSame } from "./people.ts";

/** What is reported as sent was, and what was is not denied. */
export function untrueReports(taken: readonly Mail[], outcomes: readonly PassOutcome[]): Finding[] {
  const findings: Finding[] = [];
  const find = (event: string, why: string): void =>
    void findings.push({ what: "untrue report", event, why });
  const rows = outcomes.flatMap((outcome) => (outcome.kind === "reported" ? outcome.rows : []));
  const mails = [...taken];
  for (const { event, action, slot, announced, reason } of rows) {
    if (action !== "sent") continue;
    const index = mails.findIndex(
      (mail) => mail.event === event && slot && sameSlot(mail.slot, slot) && areSame(mail.people, announced),
    );
    if (index === -1) find(event, `“sent (${reason})”, but it was not`);
    else mails.splice(index, 1);
  }
  // Of two runs each may tell what the other did.
  if (outcomes.length > 1) return findings;
  for (const { event } of mails) {
    const denial = rows.find((row) => row.event === event && row.action !== "pending");
    if (denial) find(event, `“${denial.action} (${denial.reason})”, but it was sent`);
  }
  return findings;
}

/** What a run said of an event; a run that was ok and did not name it had no cause to look at it. */
export function statementOf(outcome: PassOutcome, event: string): ReportedRow | "untold" | "not looked at" {
  if (outcome.kind !== "reported") return "untold";
  return outcome.rows.find((row) => row.event === event) ?? "not looked at";
}

export function isSettled({ action, error }: ReportedRow): boolean {
  return error === undefined && (action === "sent" || action === "skipped");
}
