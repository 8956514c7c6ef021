import { type Html, html, SECURITY_HEADERS } from "../http/page.ts";
import type { MonitorRefusal, MonitorRequest } from "./monitor-request.ts";

/** What came of a request: `unknown` when the directory has nobody of that address, `ambiguous` when it has several. */
export type MonitorOutcome = "done" | "unknown" | "ambiguous";

export interface MonitorAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * The sentence the mediator shows, or JSON for who prefers it.
 * @param accept  the request's Accept header
 */
export function monitorAnswer(
  { email, monitor }: MonitorRequest,
  outcome: MonitorOutcome,
  accept: string | null,
): MonitorAnswer {
  const wanted = monitor ? "True" : "False";
  const { status, result, sentence } = wordsOf(outcome, email, wanted);
  if (prefersJson(accept ?? "")) return jsonAnswer(status, { result, email, status: wanted });
  const headers = { "content-type": "text/html; charset=utf-8", ...SECURITY_HEADERS };
  return { status, headers, body: html`<h1>${sentence}</h1>`.text };
}

/** The answer to what is not a request. */
export function refusalAnswer(refusal: MonitorRefusal): MonitorAnswer {
  return jsonAnswer(400, { result: refusal });
}

function wordsOf(
  outcome: MonitorOutcome,
  email: string,
  wanted: string,
): { status: number; result: string; sentence: Html | string } {
  switch (outcome) {
    case "done":
      return { status: 200, result: "True", sentence: `You would like to monitor ${email} ${wanted}` };
    case "unknown":
      return { status: 404, result: "Not Found", sentence: `User ${email} not in Active Directory` };
    case "ambiguous":
      return {
        status: 409,
        result: "Ambiguous",
        sentence: `More than one user in Active Directory has the address ${email}`,
      };
  }
}

function jsonAnswer(status: number, body: Record<string, string>): MonitorAnswer {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { status, headers, body: JSON.stringify(body) };
}

/** Whether JSON is named, and HTML is not named before it. */
export function prefersJson(accept: string): boolean {
  const json = Math.max(weightOf(accept, "application/json"), weightOf(accept, "application/*"));
  return json > 0 && json > weightOf(accept, "text/html");
}

/** The `q` under which a type is named; 0 when it is not. @see https://www.rfc-editor.org/rfc/rfc9110#field.accept */
function weightOf(accept: string, type: string): number {
  for (const range of accept.toLowerCase().split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (name !== type) continue;
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    const q = weight === undefined ? 1 : Number(weight.slice("q=".length));
    return Number.isNaN(q) ? 0 : Math.min(1, Math.max(0, q));
  }
  return 0;
}
