import { internalIdFor } from "./ids.ts";
import { somebody } from "./seed.ts";
import type { Crowd, PersonSeed } from "./seed.ts";
import type { PeopleState } from "./state.ts";

export interface Person extends PersonSeed {
  uuid: string;
  /** The place in the directory, which stays. */
  position: number;
  /** No longer in the directory, but perhaps in a space. */
  isGone: boolean;
}

const CROWD_UUID = "c0000000-0000-4000-8000-";

/**
 * Everybody Webex knows: those who were named, the crowd, and those who came later, in this order. Of the crowd nothing
 * is kept but what was changed, and an index of addresses once somebody of it is looked for by address.
 */
export class People {
  readonly #named: readonly PersonSeed[];
  readonly #crowd: Required<Crowd>;
  readonly #state: PeopleState;
  /** By uuid; the crowd's tell their place themselves. */
  readonly #positions = new Map<string, number>();
  /** By address in lower case: the latest place it was given to. The person found there says whether it still holds. */
  readonly #addresses = new Map<string, number>();
  #crowdAddresses: Map<string, number> | undefined;

  constructor(named: readonly PersonSeed[], crowd: Crowd | undefined, state: PeopleState) {
    this.#named = named;
    this.#crowd = { person: somebody, ...(crowd ?? { count: 0 }) };
    this.#state = state;
    for (const [index, { email }] of named.entries()) this.#index(index, internalIdFor(email));
    for (const [index, { uuid }] of state.added.entries()) this.#index(this.#firstAdded + index, uuid);
    for (const uuid of Object.keys(state.changed)) this.#indexAddresses(this.#positionOf(uuid) ?? -1);
  }

  /** Also those who are gone. */
  byId(uuid: string): Person | undefined {
    const position = this.#positionOf(uuid);
    return position === undefined ? undefined : this.#at(position);
  }

  byEmail(email: string): Person | undefined {
    const wanted = email.toLowerCase();
    const person =
      this.#holder(this.#addresses.get(wanted), wanted) ??
      this.#holder(this.#addressesOfCrowd().get(wanted), wanted);
    return person?.isGone === false ? person : undefined;
  }

  /** Those who are there, from a place on. */
  *after(position: number): Generator<Person> {
    const end = this.#firstAdded + this.#state.added.length;
    for (let next = position + 1; next < end; next += 1) {
      const person = this.#at(next);
      if (person && !person.isGone) yield person;
    }
  }

  /** Those who are there and not of the crowd: as many as a page can show. */
  *outsideCrowd(): Generator<Person> {
    const added = [...this.#state.added.keys()].map((index) => this.#firstAdded + index);
    for (const position of [...this.#named.keys(), ...added]) {
      const person = this.#at(position);
      if (person && !person.isGone) yield person;
    }
  }

  /** @throws {RangeError} the address has somebody already */
  add(seed: PersonSeed): Person {
    for (const email of emailsOf(seed)) this.#refuseTaken(email);
    // Whoever comes back is somebody new.
    const uuid = internalIdFor(`${seed.email} ${this.#state.added.length}`);
    this.#state.added.push({ ...seed, uuid });
    this.#index(this.#firstAdded + this.#state.added.length - 1, uuid);
    return this.#required(seed.email);
  }

  /** @throws {RangeError} there is nobody with this address */
  change(email: string, changes: Partial<PersonSeed>): Person {
    const { uuid, position } = this.#required(email);
    this.#state.changed[uuid] = { ...this.#state.changed[uuid], ...changes };
    this.#indexAddresses(position);
    return this.#required(changes.email ?? email);
  }

  /** From the directory; the spaces keep them. @throws {RangeError} there is nobody with this address */
  remove(email: string): void {
    this.#state.gone[this.#required(email).uuid] = true;
  }

  get #firstAdded(): number {
    return this.#named.length + this.#crowd.count;
  }

  #at(position: number): Person | undefined {
    const found = this.#seedAt(position);
    if (!found) return undefined;
    const { uuid } = found;
    return { ...found, ...this.#state.changed[uuid], position, isGone: uuid in this.#state.gone };
  }

  #seedAt(position: number): (PersonSeed & { uuid: string }) | undefined {
    const named = this.#named[position];
    if (named) return { ...named, uuid: internalIdFor(named.email) };
    const index = position - this.#named.length;
    if (index < 0) return undefined;
    if (index >= this.#crowd.count) return this.#state.added[index - this.#crowd.count];
    return { ...this.#crowd.person(index), uuid: CROWD_UUID + index.toString(16).padStart(12, "0") };
  }

  #positionOf(uuid: string): number | undefined {
    if (!uuid.startsWith(CROWD_UUID)) return this.#positions.get(uuid);
    const index = Number.parseInt(uuid.slice(CROWD_UUID.length), 16);
    return index < this.#crowd.count ? this.#named.length + index : undefined;
  }

  #index(position: number, uuid: string): void {
    this.#positions.set(uuid, position);
    this.#indexAddresses(position);
  }

  #indexAddresses(position: number): void {
    const person = this.#at(position);
    if (!person) return;
    for (const email of emailsOf(person)) this.#addresses.set(email.toLowerCase(), position);
  }

  #addressesOfCrowd(): Map<string, number> {
    if (this.#crowdAddresses) return this.#crowdAddresses;
    const { count, person } = this.#crowd;
    this.#crowdAddresses = new Map();
    for (let index = 0; index < count; index += 1) {
      for (const email of emailsOf(person(index))) {
        this.#crowdAddresses.set(email.toLowerCase(), this.#named.length + index);
      }
    }
    return this.#crowdAddresses;
  }

  #holder(position: number | undefined, wanted: string): Person | undefined {
    const person = position === undefined ? undefined : this.#at(position);
    return person && emailsOf(person).some((email) => email.toLowerCase() === wanted) ? person : undefined;
  }

  #required(email: string): Person {
    const person = this.byEmail(email);
    if (!person) throw new RangeError(`There is nobody with the address ${email}.`);
    return person;
  }

  #refuseTaken(email: string): void {
    if (this.byEmail(email)) throw new RangeError(`Somebody has the address ${email} already.`);
  }
}

export function emailsOf({ email, otherEmails = [] }: PersonSeed): string[] {
  return [email, ...otherEmails];
}
