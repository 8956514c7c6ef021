import type { ConfigSource } from "../config/config-folder.ts";
import type { Environment } from "../config/settings.ts";
import { EVERY_TEAM } from "./run-request.ts";
import { loadTeams } from "./teams.ts";

/**
 * Microsoft scopes that the team files ask of a connection, beyond those that every registration needs: one of its teams
 * wants Sent Items searched.
 * @throws {ConfigSourceError}
 */
export async function scopesOfTeams(
  source: ConfigSource,
  env: Environment,
  connection: string,
): Promise<string[]> {
  const teams = await loadTeams(source, env, EVERY_TEAM);
  const verifies = teams.some(
    (team) => "file" in team && team.file.connection === connection && team.file.mail.verifySent,
  );
  return verifies ? ["Mail.ReadBasic"] : [];
}
