import type { TeamFile } from "./team-file.ts";

/** Two team files that would hide each other's notices. */
export interface TeamConflict {
  teams: [string, string];
  message: string;
}

/** Finds the teams that mark the same events: what the first announces, the second would take for its own. */
export function conflictingTeams(files: readonly TeamFile[]): TeamConflict[] {
  return files.flatMap((file, index) =>
    files.slice(index + 1).flatMap((other) => (marksSameEvents(file, other) ? [conflict(file, other)] : [])),
  );
}

function marksSameEvents(one: TeamFile, other: TeamFile): boolean {
  const [here, there] = [one.calendar, other.calendar];
  return (
    one.connection === other.connection &&
    here.name === there.name &&
    here.extension.toLowerCase() === there.extension.toLowerCase() &&
    (here.topic.includes(there.topic) || there.topic.includes(here.topic))
  );
}

function conflict(one: TeamFile, other: TeamFile): TeamConflict {
  return {
    teams: [one.team, other.team],
    message:
      `teams/${one.team}.json and teams/${other.team}.json both announce events of the calendar “${one.calendar.name}” ` +
      `whose subjects hold “${one.calendar.topic}” and “${other.calendar.topic}”, and one would hide the other's notices: ` +
      "give them topics of which neither contains the other, or another calendar.extension",
  };
}
