import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { problemPage } from "../shared/http/page.ts";
import type { BrowserAnswer, Refused } from "../shared/oauth/consent-service.ts";
import { problemAnswer } from "./answers.ts";
import { RequestProblem } from "./request-problem.ts";

/**
 * A page as the programming model sends it: a cookie in the headers would be lost among others.
 * @throws {RequestProblem} it is none
 */
export function httpAnswerOf(answer: BrowserAnswer | Refused): HttpResponseInit {
  if ("refused" in answer) throw new RequestProblem(answer.refused, answer.detail);
  const { cookie, ...page } = answer;
  return cookie ? { ...page, cookies: [cookie] } : page;
}

/** Tells a problem by a page to a browser, and as `application/problem+json` to a program. */
export function tellTo(request: HttpRequest): (status: number, detail: string) => HttpResponseInit {
  return wantsPage(request) ? problemPage : problemAnswer;
}

/** Browsers ask for HTML by name; programs do not. */
export function wantsPage(request: HttpRequest): boolean {
  return request.headers.get("accept")?.includes("text/html") === true;
}
