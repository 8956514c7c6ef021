import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { session, TODAY } from "../worlds/seeds.ts";
import { CLIENT_ID, CLIENT_SECRET, COACH } from "../worlds/services.ts";
import { PATTERN, TEAM_FILE, tokenFile } from "./fixtures/first-program.ts";

const IMPORT = fileURLToPath(new URL("../../infra/commands/secrets-import.ts", import.meta.url));

/** Does what `npm run secrets:import -- token.json` does; gives the settings that it tells to set. */
async function imported(world: World, content: string): Promise<Record<string, string>> {
  const folder = path.dirname(world.env["SECRETS_FILE"] ?? "");
  const file = path.join(folder, "token.json");
  await writeFile(file, content);
  const secretsFile = path.join(folder, "imported.json");
  const { stdout } = await promisify(execFile)(process.execPath, [IMPORT, file], {
    env: { ...process.env, SECRETS_FILE: secretsFile },
  });
  const settings = [...stdout.matchAll(/^ {2}([A-Z_]+)=(\S+)$/gm)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]);
  return { ...(Object.fromEntries(settings) as Record<string, string>), SECRETS_FILE: secretsFile };
}

test("the first program's team file, mail pattern and token file work as they are", async (t) => {
  const calendars = [{ name: "2026-2027 BioBuzz Team Calendar", events: [session()] }];
  const world = await aWorld(t, {
    // A personal account: its address is in the name it signs in with.
    account: { mail: null, calendars },
    teams: { mantabots: TEAM_FILE },
    files: { "conf/mail-pattern.txt": PATTERN },
  });
  const refreshToken = await world.login.grant(
    CLIENT_ID,
    COACH,
    "User.Read Calendars.ReadWrite Contacts.Read Mail.Send",
  );
  const content = tokenFile({
    refreshToken,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    loginUrl: world.login.url,
  });
  const settings = await imported(world, content);
  assert.deepEqual(settings, {
    SECRETS_FILE: settings["SECRETS_FILE"],
    MICROSOFT_CLIENT_ID: CLIENT_ID,
    MICROSOFT_TENANT: "common",
    MICROSOFT_LOGIN_URL: world.login.url,
  });
  await world.restart(settings);

  const run = await world.run({ team: "mantabots" });
  // Mentors are not in that pattern, and none comes: no warning.
  assert.deepEqual([run.status, outcomesOf(run), run.warnings], ["ok", ["sent new"], []]);
  const [mail] = world.mailbox.sent;
  assert.deepEqual(mail?.to, [{ address: "front.desk@school.example", name: "front.desk@school.example" }]);
  assert.equal(mail?.subject, `Announcement of the MantaBots Robotics Team at the Hill Campus on ${TODAY}`);
  assert.equal(
    mail?.text,
    `
Dear Madam or Sir,

our team, MantaBots, will be at the Hill Campus between ${TODAY} at 12:00AM and ${TODAY} at 11:59PM, looked after by these adults:

- Grace Hopper

These students will come:

- Ada Lovelace

We follow the premises’ rules. Should you need anything else, please tell us.

Yours sincerely,

The MantaBots coaching team`,
  );
});
