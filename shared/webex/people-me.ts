import * as z from "zod";
import type { Clock } from "../clock.ts";
import { withinDeadline } from "../http/deadline.ts";

const Person = z.object({
  emails: z.array(z.string()).nonempty(),
  displayName: z.string().optional(),
});
export type WebexPerson = z.infer<typeof Person>;

/** Webex did not say who is signed in. */
export class WebexAnswerError extends Error {
  override readonly name = "WebexAnswerError";
}

const DEADLINE_MS = 15_000;

/**
 * The signed-in person.
 * @param url  base of the API, such as https://webexapis.com/v1
 * @throws {WebexAnswerError} an answer other than 200, or not in the documented form
 * @throws {DeadlineError} no answer in 15 s
 * Permission: spark:people_read
 * @see https://developer.webex.com/docs/api/v1/people/get-my-own-details
 */
export function fetchWebexMe(
  url: string,
  accessToken: string,
  { clock }: { clock: Clock },
): Promise<WebexPerson> {
  return withinDeadline({ milliseconds: DEADLINE_MS, clock }, async (signal) => {
    const response = await fetch(`${url}/people/me`, {
      headers: { authorization: `Bearer ${accessToken}`, accept: "application/json" },
      redirect: "error",
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new WebexAnswerError(
        `Webex answered GET /people/me with ${response.status} (tracking id ${response.headers.get("trackingid") ?? "none"})`,
      );
    }
    const person = Person.safeParse(await response.json().catch(() => undefined));
    if (person.success) return person.data;
    throw new WebexAnswerError("Webex answered GET /people/me without the person's addresses");
  });
}
