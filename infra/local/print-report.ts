import type { EventRow, Run } from "../../shared/registration/run.ts";
import type { OutboxMail } from "./outbox.ts";

/** Prints what a pass did, and the mail that went out, for a person at a terminal. */
export function printReport(runs: Run[], sent: OutboxMail[]): void {
  console.log("\nRegistration pass");
  for (const run of runs) {
    const warnings = run.warnings.length > 0 ? `, warnings: ${run.warnings.join(", ")}` : "";
    console.log(`  ${run.team}: ${run.status}, ${run.requests} requests to Microsoft${warnings}`);
    if (run.error) console.log(`    ${run.error.message}`);
    if (run.error?.connect) console.log(`    The connect link: ${run.error.connect}`);
    for (const row of run.events) console.log(`    ${lineOf(row)}`);
    if (!run.error && run.events.length === 0) console.log("    no session in the window");
  }
  for (const mail of sent) {
    console.log(`\n${"-".repeat(78)}`);
    console.log(
      `Through ${mail.road}\nFrom:    ${mail.from}\nTo:      ${mail.to.join(", ")}\nSubject: ${mail.subject}\n`,
    );
    console.log(mail.text.trimEnd());
  }
  console.log(sent.length > 0 ? `${"-".repeat(78)}\n` : "\nNo mail was sent.\n");
}

function lineOf({ action, reason, subject, start, error, unknownAttendees }: EventRow): string {
  const strangers =
    unknownAttendees.length > 0 ? `, ${unknownAttendees.length} invited without a contact or a role` : "";
  const why = reason ? ` (${reason})` : "";
  return `${action}${why}: “${subject}”${start ? ` at ${start}` : ""}${strangers}${error ? `: ${error}` : ""}`;
}
