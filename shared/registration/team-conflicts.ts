import type { TeamFile } from "./team-file.ts";

/**
 * Finds the teams that mark the same events: what one announces, another would take for its own.
 * @returns by team, what is wrong, said of it and the first of the teams that are in its way
 */
export function teamConflicts(files: readonly TeamFile[]): Map<string, string> {
  const groups = Map.groupBy(files, ({ connection, calendar }) =>
    JSON.stringify([connection, calendar.name, calendar.extension.toLowerCase()]),
  );
  return new Map([...groups.values()].flatMap(conflictsOf));
}

/** The same of teams that mark the events of one calendar by one extension. */
function conflictsOf(files: readonly TeamFile[]): [string, string][] {
  const places = new Map(files.map((file, place) => [file, place]));
  const place = (file: TeamFile): number => places.get(file) ?? 0;
  const byTopic = Map.groupBy(files, ({ calendar }) => calendar.topic);
  const overlaps = overlapsOf([...byTopic.keys()]);
  return [...byTopic].flatMap(([topic, teams]) => {
    // Two of each topic are enough: one of them is not the team that is looked at.
    const first = [topic, ...(overlaps.get(topic) ?? [])]
      .flatMap((each) => byTopic.get(each)?.slice(0, 2) ?? [])
      .sort((one, other) => place(one) - place(other))
      .slice(0, 2);
    return teams.flatMap((file): [string, string][] => {
      const other = first.find((each) => each !== file);
      if (!other) return [];
      return [[file.team, place(file) < place(other) ? message(file, other) : message(other, file)]];
    });
  });
}

/**
 * To each topic those that it contains, and those it is contained in. What a topic contains is looked up part by part:
 * there may be thousands of topics, but none is long.
 */
function overlapsOf(topics: readonly string[]): Map<string, Set<string>> {
  const overlaps = new Map(topics.map((topic) => [topic, new Set<string>()]));
  const lengths = [...new Set(topics.map(({ length }) => length))];
  for (const [topic, others] of overlaps) {
    for (const length of lengths.filter((each) => each < topic.length)) {
      for (let start = 0; start + length <= topic.length; start += 1) {
        const part = topic.slice(start, start + length);
        overlaps.get(part)?.add(topic);
        if (overlaps.has(part)) others.add(part);
      }
    }
  }
  return overlaps;
}

function message(one: TeamFile, other: TeamFile): string {
  return (
    `teams/${one.team}.json and teams/${other.team}.json both announce events of the calendar “${one.calendar.name}” ` +
    `whose subjects hold “${one.calendar.topic}” and “${other.calendar.topic}”, and one would hide the other's notices: ` +
    "give them topics of which neither contains the other, or another calendar.extension"
  );
}
