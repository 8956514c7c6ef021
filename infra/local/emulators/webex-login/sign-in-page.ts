import type { EmulatorAnswer } from "../exchange.ts";
import type { IntegrationSeed, PersonSeed } from "./directory.ts";

/** The page that asks who signs in and whether the integration may have what it asks for; each person is a form. */
export function signInPage(
  integration: IntegrationSeed,
  people: readonly PersonSeed[],
  scopes: string[],
): EmulatorAnswer {
  const forms = people.map(
    ({ email, displayName }) => `
      <form method="post">
        <input type="hidden" name="account" value="${escape(email)}">
        <button name="decision" value="accept">Accept as <b>${escape(displayName)}</b><br>${escape(email)}</button>
      </form>`,
  );
  return page(
    200,
    `<h1>${escape(integration.name)} would like access to your Webex account</h1>
    <ul>${scopes.map((scope) => `<li>${escape(scope)}</li>`).join("")}</ul>
    ${forms.join("")}
    <form method="post"><button name="decision" value="deny">Decline</button></form>`,
  );
}

/** Where Webex does not trust the redirect URI: no way back to the client. */
export function refusalPage(reason: string): EmulatorAnswer {
  return page(400, `<h1>Something went wrong.</h1><p>${escape(reason)}</p>`);
}

function page(status: number, content: string): EmulatorAnswer {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Webex (emulator)</title>
  </head>
  <body>
    ${content}
  </body>
</html>
`,
  };
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
