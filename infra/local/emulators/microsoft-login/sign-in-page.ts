import type { EmulatorAnswer } from "../exchange.ts";
import type { AccountSeed, ClientSeed } from "./directory.ts";
import type { FailureBody } from "./failures.ts";
import { escapeHtml } from "../html.ts";
import { signInHtml } from "../sign-in-html.ts";

/** The page that asks who signs in and whether the client may have what it asks for; each account is a form. */
export function signInPage(
  client: ClientSeed,
  accounts: AccountSeed[],
  permissions: string[],
): EmulatorAnswer {
  const forms = accounts.map(
    ({ userPrincipalName, displayName }) => `
      <form method="post">
        <input type="hidden" name="account" value="${escapeHtml(userPrincipalName)}">
        <button name="decision" value="accept">
          Accept as <b>${escapeHtml(displayName)}</b><br>${escapeHtml(userPrincipalName)}
        </button>
      </form>`,
  );
  const asked = permissions.map((permission) => `<li>${escapeHtml(permission)}</li>`);
  return signInHtml(
    200,
    "Sign in to your account",
    `<h1>Pick an account</h1>
    <p><b>${escapeHtml(client.name)}</b> would like to:</p>
    <ul>${asked.join("")}</ul>
    ${forms.length > 0 ? forms.join("") : "<p>No account that may sign in here.</p>"}
    <form method="post"><button name="decision" value="deny">Cancel</button></form>`,
  );
}

/** Where Microsoft does not trust the redirect URI, or a policy ends the sign-in: no way back to the client. */
export function refusalPage(failure: FailureBody): EmulatorAnswer {
  return signInHtml(
    400,
    "Sign in to your account",
    `<h1>Sorry, but we’re having trouble signing you in.</h1><p>${escapeHtml(failure.error_description)}</p>`,
  );
}
