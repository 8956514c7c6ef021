import type { Clock } from "../clock.ts";
import { intending, type LedgerEntry, NOTHING_KNOWN } from "../ledger/entry.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openScope, type ScopeLedger } from "../ledger/scope-ledger.ts";
import type { MembershipFact } from "./membership-fact.ts";
import { addressesOf, type Member } from "./space.ts";
import { type Step, subjectOf } from "./steps.ts";

/** What a step came to: a change of ours, or no change at all. */
export type StepResult = Pick<MembershipFact, "personId" | "created"> | "nothing";

/** What the changes of a run are undone by, and what a crash leaves behind: nobody has to know it for longer. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/** What the ledger says of one space's members, and how it is told more. */
export class SpaceLedger {
  readonly #scope: ScopeLedger<MembershipFact>;
  readonly #entries: Map<string, LedgerEntry<MembershipFact>>;
  readonly #clock: Clock;

  private constructor(scope: ScopeLedger<MembershipFact>, clock: Clock) {
    this.#scope = scope;
    this.#clock = clock;
    // What cannot be read says nothing; the next write takes its place.
    const readable = [...scope.entries].flatMap(([subject, entry]) =>
      "unreadable" in entry ? [] : [[subject, entry] as const],
    );
    this.#entries = new Map(readable);
  }

  /** @throws {LedgerSilentError} or the storage client's error */
  static async open(ledger: Ledger<MembershipFact>, space: string, clock: Clock): Promise<SpaceLedger> {
    return new SpaceLedger(await openScope(ledger, `membership/${space}`, clock), clock);
  }

  /**
   * Writes down that these steps are about to be made.
   * @throws {LedgerConflictError | LedgerSilentError} or the storage client's error: they may not be made
   */
  async begin(steps: readonly Step[], runId: string): Promise<void> {
    const intendedAt = this.#clock.now().toISOString();
    const entries = steps.map((step) => {
      const subject = subjectOf(step);
      const entry = this.#entry(subject);
      const fact: MembershipFact = { runId, change: step.change === "add" ? "added" : "removed" };
      const generation = entry.generation + 1;
      return [subject, intending(entry, { generation, fact, reference: runId, intendedAt })] as const;
    });
    await this.#write(entries);
  }

  /**
   * Writes down what has come of steps that were begun; those that are missing here stay in doubt.
   * @throws as begin: they stay in doubt
   */
  async conclude(results: ReadonlyMap<string, StepResult>): Promise<void> {
    await this.#write(
      [...results].map(([subject, result]) => [subject, concluded(this.#entry(subject), result)]),
    );
  }

  /**
   * Finds out from who is in the space what has come of what is in doubt. Nobody else works at the space meanwhile, so
   * what has not come about by now never will.
   * @param options.withAllAddresses  false when somebody who was added by one address may be there by another: who is
   *   not seen stays in doubt
   * @param options.tell  is given the runs that had begun it, before the ledger is written: whoever ends in between finds
   *   the same in doubt again, and nothing of it is forgotten
   * @throws as begin, or what `tell` throws
   */
  async settle(
    members: readonly Member[],
    {
      withAllAddresses = true,
      tell = () => Promise.resolve(),
    }: { withAllAddresses?: boolean; tell?: (runs: ReadonlySet<string>) => Promise<void> } = {},
  ): Promise<void> {
    const present = presenceOf(members);
    const runs = new Set<string>();
    const settled = [...this.#entries].flatMap(([subject, entry]) => {
      if (!entry.intent) return [];
      const { runId, change } = entry.intent.fact;
      const member = present.get(subject);
      if (change === "added" && !member && !withAllAddresses) return [];
      runs.add(runId);
      const isSo = change === "added" ? member !== undefined : member === undefined;
      const told = change === "added" ? { personId: member?.personId, created: member?.created } : {};
      return [[subject, concluded(entry, isSo ? told : "nothing")] as const];
    });
    for (const [subject, entry] of settled) this.#entries.set(subject, entry);
    await tell(runs);
    await this.#write(settled);
  }

  /** Whether anything is in doubt. */
  get hasDoubts(): boolean {
    return [...this.#entries.values()].some(({ intent }) => intent !== undefined);
  }

  /** What a run has changed, as far as it is known. */
  factsOf(runId: string): Map<string, MembershipFact> {
    const facts = [...this.#entries].flatMap(([subject, { known }]) =>
      known?.runId === runId ? [[subject, known] as const] : [],
    );
    return new Map(facts);
  }

  #entry(subject: string): LedgerEntry<MembershipFact> {
    return this.#entries.get(subject) ?? NOTHING_KNOWN;
  }

  async #write(entries: readonly (readonly [string, LedgerEntry<MembershipFact>])[]): Promise<void> {
    const keepUntil = new Date(this.#clock.now().getTime() + KEEP_MS);
    await this.#scope.write(entries.map(([subject, entry]) => ({ subject, entry, keepUntil })));
    for (const [subject, entry] of entries) this.#entries.set(subject, entry);
  }
}

function concluded(
  { generation, known, intent }: LedgerEntry<MembershipFact>,
  result: StepResult,
): LedgerEntry<MembershipFact> {
  if (!intent || result === "nothing") return { generation, known };
  return { generation: intent.generation, known: { ...intent.fact, ...result } };
}

function presenceOf(members: readonly Member[]): ReadonlyMap<string, Member> {
  const byEmail = members.flatMap((member) =>
    addressesOf(member).map((address) => [address, member] as const),
  );
  return new Map([...byEmail, ...members.map((member) => [member.personId, member] as const)]);
}
