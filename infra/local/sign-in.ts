/** Does what a person does on Microsoft's or Webex's sign-in page, over HTTP: for the start of the local stack, and for tests. */

const REDIRECTS = new Set([302, 303]);

/** The sign-in page offered no way to do what was asked. */
export class SignInError extends Error {
  override readonly name = "SignInError";
}

/**
 * Opens an authorize URL, picks the account and accepts (or cancels).
 * @returns where the browser is sent: the client's redirect URI with its code or error
 * @throws {SignInError} the page refuses, or does not list the account: carries what the page says
 */
export async function signIn(
  authorizeUrl: string,
  account: string,
  decision: "accept" | "deny" = "accept",
): Promise<string> {
  const page = await fetch(authorizeUrl, { redirect: "manual" });
  const location = redirectOf(page);
  if (location !== undefined) return location;
  const text = unescape(await page.text());
  if (decision === "accept" && !text.includes(`value="${account}"`)) {
    throw new SignInError(`The sign-in page does not offer ${account}: ${wordsOf(text)}`);
  }
  const answer = await fetch(authorizeUrl, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ account, decision }),
  });
  const destination = redirectOf(answer);
  if (destination !== undefined) return destination;
  throw new SignInError(`${account} could not sign in: ${wordsOf(unescape(await answer.text()))}`);
}

function redirectOf(response: Response): string | undefined {
  if (!REDIRECTS.has(response.status)) return undefined;
  return response.headers.get("location") ?? undefined;
}

function unescape(html: string): string {
  return html.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

function wordsOf(html: string): string {
  const body = html.slice(html.indexOf("<body>"));
  return body
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}
