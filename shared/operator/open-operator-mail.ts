import pLimit from "p-limit";
import type { Clock } from "../clock.ts";
import { type Environment, parseSettings } from "../config/settings.ts";
import { openGraphRoad } from "../graph/graph-road.ts";
import { GraphUrl } from "../graph/graph-url.ts";
import type { AccessTokens } from "../oauth/access-token.ts";
import { type OperatorMail, operatorMail } from "./operator-mail.ts";
import { OperatorSettings } from "./operator-settings.ts";

const Settings = OperatorSettings.extend({ GRAPH_URL: GraphUrl });

/**
 * Opens the way to the operator's mailbox. Nothing is asked yet.
 * @param options.tokens  Microsoft's
 * @returns undefined when the settings name no operator, or no connection to mail through
 * @throws {SettingsError} a setting is wrong
 */
export function openOperatorMail(
  env: Environment,
  { tokens, clock }: { tokens: AccessTokens; clock: Clock },
): OperatorMail | undefined {
  const {
    OPERATOR_ADDRESS: address,
    OPERATOR_MAIL_CONNECTION: connection,
    GRAPH_URL: graphUrl,
  } = parseSettings(env, Settings);
  if (address === undefined || connection === undefined) return undefined;
  return operatorMail({
    connection,
    address,
    clock,
    token: () => tokens.get(connection),
    graph: (signal) =>
      openGraphRoad({
        graphUrl,
        token: ({ renew }) => tokens.get(connection, { signal, renew }),
        limit: pLimit(1),
        clock,
        signal,
      }),
  });
}
