/** A row of the mediator's table `users`, its columns in the words of the mediator: all of them texts. */
export interface MediatorUser {
  /** The e-mail address, and what everything is looked up by: with regard to case. */
  Alias: string;
  Extension: string;
  CallHandlerObjectId: string;
  /** "True" while the greeting for absence is on. */
  AlternateGreetingEnabled: string;
  /** "True" while the person is to be monitored. */
  Active: string;
}

/** A mailbox of the voice-mail system, as `GET /ucxn/users` of uc-connector has it. */
export interface VoiceMailUser {
  Alias: string;
  Extension: string;
  CallHandlerObjectId: string;
  AlternateGreetingEnabled: string;
}

/** All that the emulator remembers; plain JSON, so that it survives a restart. */
export interface MediatorState {
  users: MediatorUser[];
  voiceMail: VoiceMailUser[];
  /** When the table was last filled, such as 11-03-2026 12:00. */
  lastSynchronized: string;
}

export interface UserSeed {
  alias: string;
  /** Four digits made from the place in the list unless given. */
  extension?: string;
  /** Is to be monitored: so unless given. */
  active?: boolean;
}

/** What the mediator begins with: everybody is in the voice-mail system, and in its table already. */
export function stateOf(seeds: readonly UserSeed[]): MediatorState {
  const voiceMail = seeds.map(voiceMailUser);
  const users = voiceMail.map((user, index) => ({
    ...user,
    Active: (seeds[index]?.active ?? true) ? "True" : "False",
  }));
  return { users, voiceMail, lastSynchronized: "Unknown" };
}

export function voiceMailUser({ alias, extension }: UserSeed, index: number): VoiceMailUser {
  return {
    Alias: alias,
    Extension: extension ?? String(4001 + index),
    CallHandlerObjectId: `call-handler-${alias}`,
    AlternateGreetingEnabled: "False",
  };
}

const places = new WeakMap<readonly object[], Map<string, number>>();

/** The first of a list that has an alias. A list grows at its end only, and nobody in it gets another alias. */
export function withAlias<T extends { Alias: string }>(list: readonly T[], alias: string): T | undefined {
  const known = places.get(list) ?? new Map<string, number>();
  places.set(list, known);
  for (let place = known.size; place < list.length; place += 1) {
    const { Alias } = list[place] as T;
    if (!known.has(Alias)) known.set(Alias, place);
  }
  const place = known.get(alias);
  return place === undefined ? undefined : list[place];
}

/**
 * "Synchronize the User Table": rows are added and changed, never taken away, and whoever is new is to be monitored.
 * When both the extension and the greeting differ, the mediator writes `SET Extension='…' and AlternateGreetingEnabled='…'`:
 * SQLite takes that for a comparison, and the extension becomes 0.
 */
export function synchronize({ users, voiceMail }: MediatorState): void {
  for (const theirs of voiceMail) {
    const ours = withAlias(users, theirs.Alias);
    if (!ours) {
      users.push({ ...theirs, Active: "True" });
      continue;
    }
    const extensionDiffers = ours.Extension !== theirs.Extension;
    const greetingDiffers = ours.AlternateGreetingEnabled !== theirs.AlternateGreetingEnabled;
    if (extensionDiffers && greetingDiffers) ours.Extension = "0";
    else if (extensionDiffers) ours.Extension = theirs.Extension;
    else if (greetingDiffers) ours.AlternateGreetingEnabled = theirs.AlternateGreetingEnabled;
  }
}
