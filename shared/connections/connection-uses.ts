import * as z from "zod";
import type { ConfigSource } from "../config/config-folder.ts";
import { ShortName } from "../config/short-name.ts";
import type { Capability, Provider } from "../oauth/provider.ts";
import type { Subject } from "./remedy.ts";
import type { ConnectionsSettings } from "./settings.ts";

/** Something that works through a connection. */
export interface ConnectionUse {
  provider: Provider;
  connection: string;
  capability: Capability;
  /** For people: `team mantabots`, or the setting's name. */
  usedBy: string;
}

/** Of a team file no more than this: whether the rest is right is for the pass to say. */
const TeamConnection = z.object({ connection: ShortName.default("default") });

/**
 * What the team files and the settings want connected. A team file that cannot be read wants nothing here; its pass says why.
 * @throws {ConfigSourceError} CONFIG_DIR cannot be read
 */
export async function connectionUses(
  config: ConfigSource,
  settings: ConnectionsSettings,
): Promise<ConnectionUse[]> {
  const files = (await config.list("teams")).filter((name) => name.endsWith(".json"));
  const teams = await Promise.all(
    files.map(async (name): Promise<ConnectionUse[]> => {
      const connection = connectionIn(await config.read(`teams/${name}`));
      const usedBy = `team ${name.slice(0, -".json".length)}`;
      return connection ? [{ provider: "microsoft", connection, capability: "registration", usedBy }] : [];
    }),
  );
  return [...teams.flat(), ...usesInSettings(settings)];
}

function connectionIn(text: string | undefined): string | undefined {
  try {
    return TeamConnection.safeParse(JSON.parse((text ?? "").replace(/^\uFEFF/u, ""))).data?.connection;
  } catch {
    return undefined;
  }
}

function usesInSettings(settings: ConnectionsSettings): ConnectionUse[] {
  const named: [Provider, string | undefined, Capability, string][] = [
    // The warnings need no more than registration asks for: to send mail.
    ["microsoft", settings.operatorMailConnection, "registration", "OPERATOR_MAIL_CONNECTION"],
    ["microsoft", settings.mailboxConnection, "tickets", "MAILBOX_CONNECTION"],
    ["webex", settings.webexAdminConnection, "meetings", "WEBEX_ADMIN_CONNECTION"],
  ];
  return named.flatMap(([provider, connection, capability, usedBy]) =>
    connection === undefined ? [] : [{ provider, connection, capability, usedBy }],
  );
}

/** What a connection is asked to consent to when nothing names it: what such an account is good for, by itself. */
const USUAL: Readonly<Record<Provider, Capability>> = { microsoft: "registration", webex: "membership" };

/** A connection as warnings and reports speak of it. */
export function subjectOf(
  { provider, connection, account }: { provider: Provider; connection: string; account: string },
  uses: readonly ConnectionUse[],
): Extract<Subject, { kind: "connection" }> {
  const its = uses.filter((use) => use.provider === provider && use.connection === connection);
  return {
    kind: "connection",
    provider,
    connection,
    account,
    capability: its[0]?.capability ?? USUAL[provider],
    usedBy: its.map(({ usedBy }) => usedBy),
  };
}
