import { SettingsError } from "../config/settings.ts";
import type { Page } from "../http/page.ts";
import type { Logger } from "../log.ts";
import type { ConnectTickets } from "./connect-ticket.ts";
import type { ConsentCookie } from "./consent-cookie.ts";
import type { ConsentFlow } from "./consent-flow.ts";
import {
  type ConsentPageOptions,
  notReadyPage,
  redirectPage,
  resultPage,
  ticketPage,
} from "./consent-pages.ts";
import { parseConsentRequest, providerOf } from "./consent-request.ts";
import type { ConsentRequest } from "./consent-state.ts";
import { PROVIDERS } from "./provider.ts";

/** A page for the browser, and the cookie that goes with it. */
export interface BrowserAnswer extends Page {
  cookie?: ConsentCookie;
}

/** What the HTTP triggers ask of connecting accounts. */
export interface ConsentService {
  /**
   * Sends the browser to the provider.
   * @param provider  as the address names it
   * @param query  as it was sent
   * @throws {SettingsError} the app's registration is not complete in our settings and secrets
   */
  start(provider: string | undefined, query: Record<string, string>): Promise<BrowserAnswer | Refused>;
  /** The same, for whoever has a connect link; uses it up. */
  open(ticket: string): Promise<BrowserAnswer>;
  /**
   * The browser is back.
   * @param cookies  the request's `Cookie` header
   */
  finish(
    provider: string | undefined,
    query: Record<string, string>,
    cookies: string | null,
    log: Logger,
  ): Promise<BrowserAnswer | Refused>;
}

/** There is no such page, or it was asked for wrongly. */
export interface Refused {
  refused: 400 | 404;
  detail: string;
}

const NO_SUCH_PROVIDER: Refused = {
  refused: 404,
  detail: `Accounts are connected at ${PROVIDERS.join(" or ")}.`,
};

export interface ConsentServiceOptions extends ConsentPageOptions {
  flow: ConsentFlow;
  tickets: ConnectTickets;
}

export function consentService(options: ConsentServiceOptions): ConsentService {
  const { flow, tickets } = options;

  async function begin(request: ConsentRequest): Promise<BrowserAnswer> {
    const { location, cookie } = await flow.begin(request);
    return { ...redirectPage(options, request, location), cookie };
  }

  return {
    async start(name, query) {
      const provider = providerOf(name);
      if (!provider) return NO_SUCH_PROVIDER;
      const parsed = parseConsentRequest(provider, query);
      return "mistakes" in parsed ? { refused: 400, detail: parsed.mistakes } : begin(parsed.request);
    },
    async open(ticket) {
      const redeemed = await tickets.redeem(ticket);
      if (redeemed.outcome !== "valid") return ticketPage(redeemed.outcome);
      const { request } = redeemed;
      try {
        return await begin(request);
      } catch (error) {
        if (!(error instanceof SettingsError)) {
          await tickets.giveBack(ticket);
          throw error;
        }
        // The link is used up, and its holder is not to blame.
        return notReadyPage(error.message, await tickets.linkFor(request));
      }
    },
    async finish(name, query, cookies, log) {
      const provider = providerOf(name);
      if (!provider) return NO_SUCH_PROVIDER;
      const { result, cookie } = await flow.finish(provider, new URLSearchParams(query), cookies, log);
      const answer = resultPage(options, provider, result);
      return cookie ? { ...answer, cookie } : answer;
    },
  };
}
