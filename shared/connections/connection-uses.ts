import * as z from "zod";
import { type FileKind, jsonIn, loadFiles, readConfigFile } from "../config/config-file.ts";
import type { ConfigSource } from "../config/config-folder.ts";
import { ShortName } from "../config/short-name.ts";
import type { Capability, Provider } from "../oauth/provider.ts";
import type { Subject } from "./remedy.ts";
import type { ConnectionsSettings } from "./settings.ts";
import type { ConnectionsWorld } from "./world.ts";

/** Something that works through a connection. */
export interface ConnectionUse {
  provider: Provider;
  connection: string;
  capability: Capability;
  /** For people: `team mantabots`, `space all-hands`, or the setting's name. */
  usedBy: string;
}

type Uses = Omit<ConnectionUse, "usedBy">[];

/** Of a team file no more than this: whether the rest is right is for the pass to say. */
const TeamUses = z
  .object({ connection: ShortName.default("default") })
  .transform(({ connection }): Uses => [{ provider: "microsoft", connection, capability: "registration" }]);

/** Of a space file, likewise. A directory that is Microsoft's is read through the Microsoft connection of the same name. */
const SpaceUses = z
  .object({
    connection: ShortName.default("default"),
    source: z.object({ type: z.enum(["webex", "microsoft"]) }).default({ type: "webex" }),
  })
  .transform(({ connection, source }): Uses => {
    const providers = source.type === "microsoft" ? (["webex", "microsoft"] as const) : (["webex"] as const);
    return providers.map((provider) => ({ provider, connection, capability: "membership" }));
  });

/**
 * What the team files, the space files and the settings want connected. A file that cannot be read wants nothing here; its
 * run says why.
 * @param hasApp  whose app registration is set up: without Webex's nobody works with spaces
 * @throws {ConfigSourceError} CONFIG_DIR cannot be read
 */
export async function connectionUses({
  config,
  settings,
  hasApp,
}: Pick<ConnectionsWorld, "config" | "settings" | "hasApp">): Promise<ConnectionUse[]> {
  const inFiles = await Promise.all([
    usesIn(config, "team", TeamUses),
    hasApp.webex ? usesIn(config, "space", SpaceUses) : [],
  ]);
  return [...inFiles.flat(), ...usesInSettings(settings)];
}

async function usesIn(config: ConfigSource, kind: FileKind, form: z.ZodType<Uses>): Promise<ConnectionUse[]> {
  const found = await loadFiles(config, kind, async (subject) => {
    const uses = usesOf(form, kind, subject, await readConfigFile(config, kind, subject));
    const usedBy = `${kind} ${subject}`;
    return uses.map(({ provider, connection, capability }): ConnectionUse => ({
      provider,
      connection,
      capability,
      usedBy,
    }));
  });
  return found.flat();
}

function usesOf(form: z.ZodType<Uses>, kind: FileKind, subject: string, text = ""): Uses {
  try {
    return form.parse(jsonIn(kind, subject, text));
  } catch {
    return [];
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
