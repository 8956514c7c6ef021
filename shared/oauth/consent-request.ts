import * as z from "zod";
import { ShortName } from "../config/short-name.ts";
import { capabilitiesOf } from "./consent-scopes.ts";
import type { ConsentRequest } from "./consent-state.ts";
import { CAPABILITIES, PROVIDERS, type Provider } from "./provider.ts";

const Query = z.strictObject({
  connection: ShortName.default("default"),
  capability: z.enum(CAPABILITIES, `is one of ${CAPABILITIES.join(", ")}`).default("registration"),
  // The function key, which the platform has checked already.
  code: z.string().optional(),
});

/** The provider of that name in an address, or undefined when there is none. */
export function providerOf(name: string | undefined): Provider | undefined {
  return PROVIDERS.find((provider) => provider === name);
}

/** What an address asks to connect, or one text that names every mistake in it. */
export function parseConsentRequest(
  provider: Provider,
  query: unknown,
): { request: ConsentRequest } | { mistakes: string } {
  const parsed = Query.safeParse(query);
  if (!parsed.success) {
    const { issues } = parsed.error;
    return { mistakes: issues.map(({ path, message }) => [...path, message].join(" ")).join("; ") };
  }
  const { connection, capability } = parsed.data;
  const known = capabilitiesOf(provider);
  if (known.includes(capability)) return { request: { provider, connection, capability } };
  return {
    mistakes: `A ${provider} account is of no use for ${capability}. Add ?capability= with one of: ${known.join(", ")}.`,
  };
}
