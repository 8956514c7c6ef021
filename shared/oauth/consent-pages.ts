import { html, type Html, type Page, page } from "../http/page.ts";
import { type Advice, adviceOf, type AdviceKind } from "./consent-advice.ts";
import { type ConsentResult, type FailedConsent, type OtherAccount, redirectUriOf } from "./consent-flow.ts";
import { ConsentRefusedError } from "./code-exchange.ts";
import type { ConsentProvider } from "./consent-provider.ts";
import type { ConsentFailure } from "./consent-grant.ts";
import { explainScopes } from "./consent-scopes.ts";
import type { ConsentRequest } from "./consent-state.ts";
import type { Provider } from "./provider.ts";

/** What the pages have to know of the app they speak of. */
export interface ConsentPageOptions {
  providers: Record<Provider, ConsentProvider>;
  publicUrl: string;
}

/** Sends the browser to the provider. What is in it is seen by whoever looks at the answer itself, before anything is asked. */
export function redirectPage(
  { providers, publicUrl }: ConsentPageOptions,
  { provider, connection, capability }: ConsentRequest,
  location: string,
): Page {
  const { displayName } = providers[provider];
  const answer = page(
    302,
    `On to ${displayName}`,
    html`
      <p><a href="${location}">Sign in at ${displayName}</a></p>
      ${forOperator([
        ["Connection", connection],
        ["Capability", capability],
        ["Redirect URI to register", redirectUriOf(publicUrl, provider)],
      ])}
    `,
  );
  return { ...answer, headers: { ...answer.headers, location } };
}

/** What a person sees whose link is good, while the app's registration is not. */
export function notReadyPage(detail: string, again: string): Page {
  return page(
    503,
    "Rollcall is not ready yet",
    html`
      <p>
        Nothing is wrong with your account or your link. The person who runs Rollcall has to do this first:
      </p>
      ${paragraph(detail)}
      <a class="button" href="${again}">Try again</a>
    `,
  );
}

/** What a person sees who comes back from the provider. */
export function resultPage(options: ConsentPageOptions, provider: Provider, result: ConsentResult): Page {
  switch (result.outcome) {
    case "connected":
      return connectedPage(options, result);
    case "other account":
      return otherAccountPage(options, result);
    case "failed":
      return failedPage(options, provider, result);
  }
}

/** What a person sees whose connect link opens nothing. */
export function ticketPage(kind: "forged" | "expired" | "used"): Page {
  const { status, title, happened, whatToDo } = adviceOf(`ticket ${kind}`, {});
  return page(status, title, html`${paragraph(happened)} ${paragraph(whatToDo)}`);
}

function connectedPage(
  { providers }: ConsentPageOptions,
  { request, account, scopes }: Extract<ConsentResult, { outcome: "connected" }>,
): Page {
  const { displayName } = providers[request.provider];
  const granted = explainScopes(request.provider, scopes).map(
    ({ scope, reason }) => html`<li>${reason ? `to ${reason}` : ""} <code>${scope}</code></li>`,
  );
  const who = account.displayName
    ? html`<strong>${account.displayName}</strong> (${account.account})`
    : html`<strong>${account.account}</strong>`;
  return page(
    200,
    "Connected",
    html`
      <p>Rollcall may now work for the ${displayName} account ${who}.</p>
      <h2>What you allowed</h2>
      <ul>
        ${granted}
      </ul>
      <p>
        There is nothing more to do: you can close this page. You can take the permission back at any time in
        your account’s settings at ${displayName}.
      </p>
      ${forOperator([
        ["Connection", request.connection],
        ["Capability", request.capability],
      ])}
    `,
  );
}

function otherAccountPage(
  { providers }: ConsentPageOptions,
  { request, present, signedIn, useOther, usePresent }: OtherAccount,
): Page {
  const { displayName } = providers[request.provider];
  return page(
    409,
    "Which account is it to be?",
    html`
      <p>
        You signed in at ${displayName} as <strong>${signedIn}</strong>, but Rollcall works for
        <strong>${present}</strong> here. Nothing was changed.
      </p>
      <a class="button" href="${usePresent}">Sign in again as ${present}</a>
      <a class="button second" href="${useOther}">Use ${signedIn} instead</a>
      <p>With the second, Rollcall works for ${signedIn} from then on, and no more for ${present}.</p>
      ${forOperator([
        ["Connection", request.connection],
        ["Capability", request.capability],
      ])}
    `,
  );
}

function failedPage(
  { providers, publicUrl }: ConsentPageOptions,
  provider: Provider,
  { kind, request, again, failure }: FailedConsent,
): Page {
  const advice = adviceFor(providers[provider], kind, failure);
  const refusal = failure?.cause instanceof ConsentRefusedError ? failure.cause : undefined;
  const details: [string, string | undefined][] = [
    ["Connection", request?.connection],
    ["Capability", request?.capability],
    ["Code", refusal && (refusal.code === undefined ? refusal.error : `AADSTS${refusal.code}`)],
    ["Trace id", refusal?.traceId],
    ["Redirect URI to register", redirectUriOf(publicUrl, provider)],
  ];
  return page(
    advice.status,
    advice.title,
    html`
      ${paragraph(advice.happened)} ${paragraph(advice.whatToDo)}
      ${again === undefined ? undefined : html`<a class="button" href="${again}">Try again</a>`}
      ${forOperator(details)}
    `,
  );
}

function adviceFor(
  { displayName, tokens }: ConsentProvider,
  kind: AdviceKind,
  { missing = [], account }: Partial<Pick<ConsentFailure, "missing" | "account">> = {},
): Advice {
  return adviceOf(kind, {
    provider: displayName,
    ...(account ? { account: account.account } : {}),
    clientSecret: tokens.secrets.client,
    settings:
      tokens.provider === "microsoft" ? "MICROSOFT_CLIENT_ID and MICROSOFT_TENANT" : tokens.clientId.setting,
    missing: explainScopes(tokens.provider, missing)
      .map(({ scope, reason }) => (reason ? `${scope} (to ${reason})` : scope))
      .join(", "),
  });
}

function paragraph(text: string): Html {
  return html`<p>${text}</p>`;
}

/** Folded away: a coach has no use for it, and it is what the one who runs Rollcall asks for first. */
function forOperator(details: [string, string | undefined][]): Html {
  const rows = details.flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          html`<dt>${name}</dt>
            <dd><code>${value}</code></dd>`,
        ],
  );
  return html`<details>
    <summary>For the person who runs Rollcall</summary>
    <dl>${rows}</dl>
  </details>`;
}
