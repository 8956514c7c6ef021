import { html, type Html, type Page, page } from "../http/page.ts";
import { approvalPage, doneLists, paragraph, troubleList } from "./approval-page.ts";
import type { ApprovalOutcome, ApprovalView } from "./approve.ts";
import type { Run } from "./run.ts";

/** An answer for a person, and the same for a program. */
export interface ApprovalAnswer {
  status: number;
  page: Page;
  /** What it is, when it is what was asked for; else what there is to say beside `detail`. */
  json?: Record<string, unknown>;
  /** What is in the way, when it is not. */
  detail?: string;
  /** Where the outcome will be. */
  location?: string;
  /** A run has failed: a connection may have died. */
  isTrouble?: true;
}

/** What a link shows. */
export function approvalView(view: ApprovalView): ApprovalAnswer {
  if (view.kind !== "waiting") return refusal(view);
  const { space, held, plan } = view;
  const { counts, actions, hash, held: reasons = [] } = plan;
  const json = { space, hash, expiresAt: held.expiresAt, held: reasons, counts, actions };
  return { status: 200, json, page: approvalPage(view) };
}

/** What is said to whoever approved. */
export function approvalAnswer(outcome: ApprovalOutcome, publicUrl: string): ApprovalAnswer {
  switch (outcome.kind) {
    case "approved":
      return approved(outcome);
    case "differs":
      return differs(outcome.run);
    case "queued": {
      const location = `${publicUrl}/api/memberships/runs?space=${outcome.space}`;
      const text =
        "It takes longer than a page can wait, and goes on by itself. The link of the mail shows how far it is.";
      return {
        status: 202,
        location,
        json: { runs: [] },
        page: page(202, "It is being done", paragraph(text)),
      };
    }
    case "busy":
      return told(
        409,
        "This space is being synced just now",
        "Nothing was done. Wait until that has ended, then open the link again.",
      );
    case "applied":
    case "forged":
    case "expired":
    case "changed":
    case "gone":
      return refusal(outcome);
  }
}

function approved({ run, isOpen }: Extract<ApprovalOutcome, { kind: "approved" }>): ApprovalAnswer {
  const json = { runs: [run] };
  if (run.status === "ok") {
    const content = html`${paragraph(countsOf(run))} ${doneLists(run.actions)} ${forOperator(run)}`;
    return { status: 200, json, page: page(200, "Done", content) };
  }
  const why = run.error?.message ?? run.unknown?.reason;
  const trouble = why === undefined ? undefined : paragraph(why);
  const content = isOpen
    ? html`${trouble}
        <p>Nothing was done. When that is mended, open the link of the mail again.</p>
        ${troubleList(run.actions)}`
    : html`${paragraph(countsOf(run))} ${trouble}
        <p>The next sync does the rest, or asks for approval again if it has to.</p>
        ${troubleList(run.actions)} ${forOperator(run)}`;
  const title = isOpen ? "It could not be done" : "Not all of it could be done";
  return { status: 502, json, page: page(502, title, content), isTrouble: true };
}

function countsOf({ progress: { done, total } }: Run): string {
  return `${done} of ${total} changes are made.`;
}

function forOperator({ runId }: Run): Html {
  return html`<details>
    <summary>For the person who runs Rollcall</summary>
    <p>
      This was run <code>${runId}</code>. To take it back, send <code>{"runId":"${runId}"}</code> to POST
      /api/memberships/undo.
    </p>
  </details>`;
}

function differs(run: Run): ApprovalAnswer {
  const happened = "The directory or the space is not as it was when this plan was made. Nothing was done.";
  const next =
    run.approve === undefined
      ? html`<p>${run.error?.message ?? ""}</p>`
      : html`<p>The plan as it is now waits for approval in its place.</p>
          <a class="button" href="${run.approve}">Look at the new plan</a>`;
  return {
    status: 409,
    json: { runs: [run] },
    detail: happened,
    page: page(409, "Something has changed since", html`${paragraph(happened)} ${next}`),
  };
}

function refusal(view: Exclude<ApprovalView, { kind: "waiting" }>): ApprovalAnswer {
  switch (view.kind) {
    case "applied":
      return applied(view);
    case "expired":
      return told(
        410,
        "This link is too old",
        "The plan was not applied in time. The next sync makes a new plan, and asks for approval again if it has to.",
      );
    case "changed":
      return told(
        409,
        "Another plan has taken its place",
        "This plan cannot be applied any more, since there is a newer one. If that needs approval, there is another mail with another link.",
      );
    case "gone":
      return told(
        409,
        "This space is not synced any more",
        "Nothing was done: there is no space file for it now.",
      );
    case "forged":
      return told(
        404,
        "This link is not complete",
        "Open it as it stands in the mail, all of it. If it is complete, the app's session key was replaced since: GET /api/memberships/runs has a new link.",
      );
  }
}

function applied({ space, runId, run }: Extract<ApprovalView, { kind: "applied" }>): ApprovalAnswer {
  const isUnderWay = run?.status === "running";
  const title = isUnderWay ? "This plan is being applied" : "This plan has been applied already";
  const detail = `Nothing more was done. Run ${runId} of the space ${space} has the report.`;
  const counts = run && paragraph(countsOf(run));
  const lists = run && !isUnderWay ? html`${troubleList(run.actions)} ${doneLists(run.actions)}` : undefined;
  return {
    status: 409,
    detail,
    ...(run ? { json: { runs: [run] } } : {}),
    page: page(409, title, html`${counts} ${paragraph(detail)} ${lists}`),
  };
}

function told(status: number, title: string, detail: string): ApprovalAnswer {
  return { status, detail, page: page(status, title, paragraph(detail)) };
}
