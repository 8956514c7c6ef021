import { signIn } from "./sign-in.ts";

/** The account was not connected; carries what the app or the provider's page says. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
}

/**
 * Does by program what a person does in a browser to connect an account: opens the start page, signs in at Microsoft
 * or Webex, accepts, and comes back with the cookie.
 * @param startUrl  `/api/oauth/{provider}/start` of a running app, with the function key
 * @throws {ConnectError | SignInError}
 */
export async function connectAccount(startUrl: string, account: string): Promise<void> {
  const begun = await fetch(startUrl, { redirect: "manual" });
  const location = begun.headers.get("location");
  if (begun.status !== 302 || location === null)
    throw await failure("The consent page was not opened", begun);
  const [cookie = ""] = begun.headers.getSetCookie().map((each) => each.split(";")[0] ?? "");
  const landing = await signIn(location, account);
  const finished = await fetch(landing, { headers: { cookie }, redirect: "manual" });
  if (finished.status !== 200) throw await failure(`${account} was not connected`, finished);
}

async function failure(what: string, answer: Response): Promise<ConnectError> {
  return new ConnectError(`${what}; the app answered ${answer.status}: ${await answer.text()}`);
}
