import { html, SECURITY_HEADERS } from "../http/page.ts";
import { problem, PROBLEM_CONTENT_TYPE } from "../http/problem.ts";
import type { MonitorRefusal, MonitorRequest } from "./monitor-request.ts";
import type { MonitorOutcome } from "./start-or-stop.ts";

export interface MonitorAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * The sentence the mediator shows, or JSON for who prefers it: then what went wrong is a problem, as everywhere here.
 * @param accept  the request's Accept header
 */
export function monitorAnswer(
  { email, monitor }: MonitorRequest,
  outcome: MonitorOutcome,
  accept: string | null,
): MonitorAnswer {
  const wanted = monitor ? "True" : "False";
  const isForProgram = prefersJson(accept ?? "");
  if (outcome === "done") {
    const result = { result: "True", email, status: wanted };
    return isForProgram ? jsonAnswer(200, result) : page(200, `You would like to monitor ${email} ${wanted}`);
  }
  const { status, result, sentence, advice } = refusalOf(outcome, email);
  if (!isForProgram) return page(status, sentence);
  const body = problem(status, `${sentence}: ${advice}`, { result, email });
  return { ...jsonAnswer(status, body), headers: { "content-type": PROBLEM_CONTENT_TYPE } };
}

/** The answer to what is not a request. */
export function refusalAnswer(refusal: MonitorRefusal): MonitorAnswer {
  return jsonAnswer(400, { result: refusal });
}

interface Refusal {
  status: number;
  result: string;
  sentence: string;
  advice: string;
}

function refusalOf(outcome: Exclude<MonitorOutcome, "done">, email: string): Refusal {
  const places = "as mail, to sign in with, or among their proxyAddresses";
  switch (outcome) {
    case "unknown":
      return {
        status: 404,
        result: "Not Found",
        sentence: `User ${email} not in Active Directory`,
        advice: `nobody there has this address ${places}. Check how it is written.`,
      };
    case "ambiguous":
      return {
        status: 409,
        result: "Ambiguous",
        sentence: `More than one user in Active Directory has the address ${email}`,
        advice: `${places}. Leave it to one of them.`,
      };
  }
}

function page(status: number, sentence: string): MonitorAnswer {
  const headers = { "content-type": "text/html; charset=utf-8", ...SECURITY_HEADERS };
  return { status, headers, body: html`<h1>${sentence}</h1>`.text };
}

function jsonAnswer(status: number, body: object): MonitorAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
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
