import type { EmulatorAnswer } from "../exchange.ts";
import type { Account, IntegrationSeed } from "./directory.ts";
import { escapeHtml } from "../html.ts";
import { signInHtml } from "../sign-in-html.ts";

/** The page that asks who signs in and whether the integration may have what it asks for; each person is a form. */
export function signInPage(
  integration: IntegrationSeed,
  people: readonly Account[],
  scopes: string[],
): EmulatorAnswer {
  const forms = people.map(
    ({ email, displayName }) => `
      <form method="post">
        <input type="hidden" name="account" value="${escapeHtml(email)}">
        <button name="decision" value="accept">Accept as <b>${escapeHtml(displayName)}</b><br>${escapeHtml(email)}</button>
      </form>`,
  );
  return signInHtml(
    200,
    "Webex",
    `<h1>${escapeHtml(integration.name)} would like access to your Webex account</h1>
    <ul>${scopes.map((scope) => `<li>${escapeHtml(scope)}</li>`).join("")}</ul>
    ${forms.join("")}
    <form method="post"><button name="decision" value="deny">Decline</button></form>`,
  );
}

/** Where Webex does not trust the redirect URI: no way back to the client. */
export function refusalPage(reason: string): EmulatorAnswer {
  return signInHtml(400, "Webex", `<h1>Something went wrong.</h1><p>${escapeHtml(reason)}</p>`);
}
