/**
 * `npm run secrets:import -- token.json [--connection NAME]` stores the secrets of the token file that a person made
 * by hand, and says which settings go with them.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { systemClock } from "../../shared/clock.ts";
import { ShortName } from "../../shared/config/short-name.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import { SECRETS, microsoftRefreshToken } from "../../shared/secrets/secret-names.ts";
import { InputError, UsageError, runCommand } from "./run-command.ts";
import { readTokenFile, settingsOf } from "./token-file.ts";

const USAGE = "Usage: npm run secrets:import -- token.json [--connection NAME]";

await runCommand(async () => {
  const { file, connection } = argumentsFrom(process.argv.slice(2));
  const token = readTokenFile(file, await contentOf(file));
  const store = secretStoreFrom(process.env, { clock: systemClock });

  const before = await store.get(SECRETS.microsoftClientSecret);
  await store.set(SECRETS.microsoftClientSecret, token.client_secret);
  await store.set(microsoftRefreshToken(connection), token.refresh_token);

  console.log(`Stored in ${store.place}:`);
  console.log(`  ${SECRETS.microsoftClientSecret}`);
  console.log(`  ${microsoftRefreshToken(connection)}`);
  if (before !== undefined && before !== token.client_secret) {
    console.log(
      `The client secret that was there is replaced. All connections use one app registration: this file's.`,
    );
  }
  console.log(`\nSet:`);
  const { settings, note } = settingsOf(token);
  for (const [name, value] of Object.entries(settings)) console.log(`  ${name}=${value}`);
  if (note) console.log(note);
  console.log(
    `\nThe file still holds the secrets in plain text: delete it when the first run has succeeded.`,
  );
});

function argumentsFrom(args: string[]): { file: string; connection: string } {
  const { values, positionals } = parsed(args);
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError(USAGE);
  const connection = ShortName.safeParse(values.connection ?? "default");
  if (!connection.success) {
    throw new UsageError(`The connection's name ${connection.error.issues[0]?.message}. ${USAGE}`);
  }
  return { file, connection: connection.data };
}

function parsed(args: string[]): { values: { connection?: string }; positionals: string[] } {
  try {
    return parseArgs({ args, options: { connection: { type: "string" } }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(USAGE, { cause: error });
  }
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`${file} cannot be read: ${reason}.`, { cause: error });
  }
}
