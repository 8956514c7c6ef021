import { loadFiles, readConfigFile } from "../config/config-file.ts";
import type { ConfigSource } from "../config/config-folder.ts";
import type { Environment } from "../config/settings.ts";
import type { Patterns } from "./notice.ts";
import { compilePattern, type Pattern, type PatternKind } from "./pattern.ts";
import { ConfigurationError } from "./run-error.ts";
import { teamConflicts } from "./team-conflicts.ts";
import { parseTeamFile, type TeamFile, type TeamOverrides } from "./team-file.ts";

/** A team as it is configured, or why it cannot be used. */
export type Team = { team: string; file: TeamFile } | { team: string; error: unknown };

/**
 * Every team that is configured, by name; one whose file is wrong is among them with its error, and stops no other.
 * @param request  what the request says instead of the settings, which say it instead of the file
 * @throws {ConfigSourceError}
 */
export async function loadTeams(
  source: ConfigSource,
  env: Environment,
  request: TeamOverrides,
): Promise<Team[]> {
  const teams = await loadFiles(source, "team", (team) => loadTeam(source, env, request, team));
  const conflicts = teamConflicts(teams.flatMap((team) => ("file" in team ? [team.file] : [])));
  return teams.map((team) => {
    const conflict = conflicts.get(team.team);
    return conflict ? { team: team.team, error: new ConfigurationError(conflict) } : team;
  });
}

/**
 * One team, without a look at the others, whose files may conflict with its own.
 * @returns undefined when it has no file
 */
export async function loadTeam(
  source: ConfigSource,
  env: Environment,
  request: TeamOverrides,
  team: string,
): Promise<Team | undefined> {
  const prefix = `TEAM_${team.toUpperCase().replaceAll(/[^A-Z0-9]/gu, "_")}`;
  try {
    const text = await readConfigFile(source, "team", team);
    if (text === undefined) return undefined;
    const overrides = {
      to: request.to ?? (env[`${prefix}_TO`] || undefined),
      from: request.from ?? (env[`${prefix}_FROM`] || undefined),
    };
    return { team, file: parseTeamFile(team, text, overrides) };
  } catch (error) {
    return { team, error };
  }
}

/**
 * The patterns of a team's mails, compiled, so that a mistake in one is found before anything is sent.
 * @throws {PatternError | ConfigurationError | ConfigSourceError}
 */
export async function loadPatterns(source: ConfigSource, file: TeamFile): Promise<Patterns> {
  const { pattern, htmlPattern } = file.mail;
  return {
    text: await loadPattern(source, pattern, "text"),
    ...(htmlPattern ? { html: await loadPattern(source, htmlPattern, "html") } : {}),
  };
}

async function loadPattern(source: ConfigSource, path: string, kind: PatternKind): Promise<Pattern> {
  const text = await source.read(path);
  if (text === undefined) {
    const field = kind === "text" ? "mail.pattern" : "mail.html_pattern";
    throw new ConfigurationError(`${field}: there is no file “${path}” in ${source.place}.`);
  }
  return compilePattern(text, kind, path);
}
