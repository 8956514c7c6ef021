import { html, type Html, type Page, page } from "../http/page.ts";
import type { ApprovalView } from "./approve.ts";
import { countOfPeople } from "./count-of-people.ts";
import type { ActionRow } from "./run.ts";

/** So many rows are read at a glance; more of them stay folded until somebody asks for them. */
const ROWS_AT_A_GLANCE = 20;

/** Before the lists, which may be of thousands: what is asked, why, and how to answer. */
export function approvalPage({ space, held, plan }: Extract<ApprovalView, { kind: "waiting" }>): Page {
  const { counts, actions, held: reasons = [] } = plan;
  const changes = changesOf(counts);
  return page(
    200,
    `Approve the plan for “${space}”?`,
    html`
      ${reasons.map(({ text }) => paragraph(text))}
      <ul>
        ${summaryOf("Removes", only(actions, "remove"))} ${summaryOf("Adds", only(actions, "add"))}
        ${summaryOf("Keeps", only(actions, "keep"))}
      </ul>
      <form method="post"><button>Do it: ${changes}</button></form>
      <p>
        It is done once, and only if nothing has changed in the space and the directory since. To refuse it,
        close this page. Until ${minuteOf(held.expiresAt)} UTC the link can still be used.
      </p>
      ${listOf("Whom it removes", only(actions, "remove"))} ${listOf("Whom it adds", only(actions, "add"))}
    `,
    { sendsForms: true },
  );
}

/** Rows that went otherwise than planned, for whoever approved the plan. */
export function troubleList(actions: readonly ActionRow[]): Html | undefined {
  const rows = actions.filter(({ outcome }) => outcome !== undefined && outcome !== "already");
  return listOf(
    "What was not done",
    rows,
    ({ action, error }) => `${action}: ${error ?? "not begun any more"}`,
  );
}

/** What was done, in rows. */
export function doneLists(actions: readonly ActionRow[]): Html {
  const done = actions.filter(({ outcome }) => outcome === undefined || outcome === "already");
  return html`${listOf("Whom it removed", only(done, "remove"))} ${listOf("Whom it added", only(done, "add"))}`;
}

/** `remove 12 people, add 1 person` */
function changesOf({ add, remove }: { add: number; remove: number }): string {
  return [
    ...(remove > 0 ? [`remove ${countOfPeople(remove)}`] : []),
    ...(add > 0 ? [`add ${countOfPeople(add)}`] : []),
  ].join(", ");
}

/** `Removes 12 people: left the directory (10), excluded address (2)` */
function summaryOf(verb: string, rows: readonly ActionRow[]): Html | undefined {
  if (rows.length === 0) return undefined;
  const reasons = groupsOf(rows, ({ reason }) => reason).map(
    ([reason, same]) => `${reason} (${same.length})`,
  );
  return html`<li><strong>${verb} ${countOfPeople(rows.length)}</strong>: ${reasons.join(", ")}</li>`;
}

function only(actions: readonly ActionRow[], action: ActionRow["action"]): ActionRow[] {
  return actions.filter((row) => row.action === action);
}

/** The largest group first. */
function groupsOf(rows: readonly ActionRow[], by: (row: ActionRow) => string): [string, ActionRow[]][] {
  return [...Map.groupBy(rows, by)].toSorted(([, one], [, other]) => other.length - one.length);
}

function listOf(
  title: string,
  rows: readonly ActionRow[],
  why: (row: ActionRow) => string = ({ reason }) => reason,
): Html | undefined {
  if (rows.length === 0) return undefined;
  const lists = groupsOf(rows, why).map(
    ([reason, same]) =>
      html`<p><strong>${reason}</strong></p>
        <ul>
          ${same.map((row) => html`<li>${whoIs(row)}</li> `)}
        </ul>`,
  );
  return rows.length <= ROWS_AT_A_GLANCE
    ? html`<h2>${title}</h2>
        ${lists}`
    : html`<details>
        <summary>${title}: ${countOfPeople(rows.length)}</summary>
        ${lists}
      </details>`;
}

/** Some have no name in the directory, and some no address there. */
function whoIs({ name, email, personId }: ActionRow): string {
  if (name === "" || name === email) return email || (personId ?? "somebody without a name");
  return email === "" ? name : `${name} (${email})`;
}

function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace("T", " ");
}

/** A text as a paragraph of a page; what it holds is no HTML. */
export function paragraph(text: string): Html {
  return html`<p>${text}</p>`;
}
