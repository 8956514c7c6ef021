import { sameForm } from "./address.ts";
import { type DirectoryPerson, type ExclusionRules, judgeBy, type Verdict } from "./directory.ts";
import { byName, compare } from "./order.ts";
import { addressesOf, type Identity } from "./space.ts";

/** A person with what the rules say of them. */
export interface Judged {
  person: DirectoryPerson;
  verdict: Verdict;
}

/** The directory, to be asked who a member is. */
export interface DirectoryIndex {
  /** Everybody, each once, in no order. */
  everybody: readonly Judged[];
  byPersonId: ReadonlyMap<string, Judged>;
  /** For an address that several have, whoever belongs into the space the most. */
  byEmail: ReadonlyMap<string, Judged>;
}

/** The order in which people were listed makes no difference, nor does somebody who was listed twice. */
export function indexDirectory(people: readonly DirectoryPerson[], rules: ExclusionRules): DirectoryIndex {
  const judge = judgeBy(rules);
  const byPersonId = new Map<string, Judged>();
  const everybody: Judged[] = [];
  for (const person of people) {
    const judged = { person, verdict: judge(person) };
    if (person.personId === undefined) everybody.push(judged);
    else byPersonId.set(person.personId, foremost(byPersonId.get(person.personId), judged));
  }
  for (const judged of byPersonId.values()) everybody.push(judged);
  const byEmail = new Map<string, Judged>();
  for (const judged of everybody) {
    for (const email of judged.person.emails.map(sameForm)) {
      byEmail.set(email, foremost(byEmail.get(email), judged));
    }
  }
  return { everybody, byPersonId, byEmail };
}

/**
 * Who a member is: by id, and only then by an address, since an address can pass to somebody else.
 * @returns undefined when the directory does not list them
 */
export function personOf(who: Identity, { byPersonId, byEmail }: DirectoryIndex): Judged | undefined {
  const byAddress = (): Judged | undefined => {
    const address = addressesOf(who).find((each) => byEmail.has(each));
    return address === undefined ? undefined : byEmail.get(address);
  };
  return byPersonId.get(who.personId) ?? byAddress();
}

const RANK = { yes: 0, unsure: 1, no: 2 } as const;

function foremost(one: Judged | undefined, other: Judged): Judged {
  if (!one) return other;
  const order =
    RANK[one.verdict.belongs] - RANK[other.verdict.belongs] ||
    byName(one.person, other.person) ||
    compare(JSON.stringify(one), JSON.stringify(other));
  return order <= 0 ? one : other;
}
