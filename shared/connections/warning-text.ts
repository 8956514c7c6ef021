import { PROVIDER_NAMES, reasonOf, remedyOf, type Subject } from "./remedy.ts";
import type { Warning } from "./watch.ts";

/** One line for the log, with the code that alerts look for, and no address of anybody. */
export function logLineOf(subject: Subject, warning: Warning): string {
  const what = `${subject.provider} ${subject.kind} ${nameOf(subject)}`;
  return warning.kind === "expiring"
    ? `ROLLCALL_CONNECTION_EXPIRING ${what}: ends in ${days(warning.daysLeft)}, at ${warning.expiresAt.toISOString()}.`
    : `ROLLCALL_CONNECTION_DEAD ${what}: ${warning.code} since ${warning.since.toISOString()}; what needs it fails. GET /api/connections says what to do.`;
}

/**
 * The mail to the operator.
 * @param links.connect  to consent by, when that is what it takes
 * @param links.connections  to the list of all connections
 */
export function mailOf(
  subject: Subject,
  warning: Warning,
  links: { connect: string | undefined; connections: string },
): { subject: string; text: string } {
  const title = titleOf(subject);
  const code = warning.kind === "dead" ? warning.code : undefined;
  const end = warning.kind === "expiring" ? `ends in ${days(warning.daysLeft)}` : "does not work any more";
  const paragraphs = [
    stateOf(subject, warning),
    effectOf(subject),
    remedyOf(subject, code, links.connect),
    `GET ${links.connections}, with the function key, shows every connection, and a fresh link for those that need one.`,
  ];
  return { subject: `Rollcall: ${title} ${end}`, text: `${paragraphs.join("\n\n")}\n` };
}

function stateOf(subject: Subject, warning: Warning): string {
  const title = capitalized(titleOf(subject));
  if (warning.kind === "dead") {
    return `${title} does not work any more, since ${dayOf(warning.since)}. The reason: ${reasonOf(subject, warning.code)}.`;
  }
  const unless = subject.kind === "connection" ? ", unless it is used before" : "";
  return `${title} ends in ${days(warning.daysLeft)}, on ${dayOf(warning.expiresAt)}${unless}.`;
}

function effectOf(subject: Subject): string {
  if (subject.kind === "client secret") {
    return `Without it no ${PROVIDER_NAMES[subject.provider]} connection works.`;
  }
  return subject.usedBy.length === 0
    ? "Nothing that is configured at present works through it."
    : `What works through it: ${subject.usedBy.join(", ")}.`;
}

function titleOf(subject: Subject): string {
  const provider = PROVIDER_NAMES[subject.provider];
  return subject.kind === "connection"
    ? `the connection “${subject.connection}” to ${provider}`
    : `the client secret of the ${provider} app`;
}

function nameOf(subject: Subject): string {
  return subject.kind === "connection" ? subject.connection : subject.secret;
}

function days(count: number): string {
  return count === 1 ? "1 day" : `${count} days`;
}

const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "UTC" });

function dayOf(instant: Date): string {
  return `${DAY.format(instant)} (UTC)`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
