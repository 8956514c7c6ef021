/** The names of some people. */
export type People = ReadonlySet<string>;

export function isWithin(some: People, all: People): boolean {
  return [...some].every((name) => all.has(name));
}

export function areSame(one: People, other: People): boolean {
  return one.size === other.size && isWithin(one, other);
}

export function inBoth(one: People, other: People): People {
  return new Set([...one].filter((name) => other.has(name)));
}

export function inEither(one: People, other: People): People {
  return new Set([...one, ...other]);
}

export function missingFrom(all: People, some: People): string[] {
  return [...some].filter((name) => !all.has(name));
}
