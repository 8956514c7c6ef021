import type { Finding } from "./last-pass.ts";
import type { Trial } from "./trial.ts";

/** What many schedules came to. */
export class Tally {
  schedules = 0;
  failed = 0;
  #passes = 0;
  #notices = 0;
  readonly #duplicates = { reported: 0, reportedLater: 0, notReported: 0 };
  readonly #troubles = new Map<string, number>();
  readonly #failedBy = new Map<Finding["what"], number>();

  add({ passes, notices, possibleDuplicates, troubles, findings }: Trial): void {
    this.schedules += 1;
    this.#passes += passes;
    this.#notices += notices;
    this.#duplicates.reported += possibleDuplicates.reported;
    this.#duplicates.reportedLater += possibleDuplicates.reportedLater;
    this.#duplicates.notReported += possibleDuplicates.notReported;
    for (const what of troubles) increase(this.#troubles, what);
    if (findings.length === 0) return;
    this.failed += 1;
    for (const what of new Set(findings.map((finding) => finding.what))) increase(this.#failedBy, what);
  }

  /** How many faults happened. */
  get faults(): number {
    return [...this.#troubles.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many schedules showed this. */
  failedBy(what: Finding["what"]): number {
    return this.#failedBy.get(what) ?? 0;
  }

  /** On some lines, for whoever has waited for it. */
  text(): string {
    const { reported, reportedLater, notReported } = this.#duplicates;
    const faults = [...this.#troubles].sort(([, one], [, other]) => other - one);
    const others = [...this.#failedBy].filter(([what]) => what !== "lost" && what !== "doubled");
    return [
      `${grouped(this.schedules)} schedules, ${grouped(this.#passes)} passes, ${grouped(this.#notices)} notices`,
      `${grouped(this.faults)} faults: ${faults.map(([kind, count]) => `${kind} ${grouped(count)}`).join(", ")}`,
      `schedules that failed: ${grouped(this.failed)}; with a notice lost: ${this.failedBy("lost")}, doubled where it could be verified: ${this.failedBy("doubled")}${others.map(([what, count]) => `, ${what}: ${count}`).join("")}`,
      `possible duplicates: ${grouped(reported + reportedLater + notReported)}; reported as resent_unverified: ${grouped(reported)}, by the run after one that was cut off before it could: ${grouped(reportedLater)}, by none since: ${grouped(notReported)}`,
    ].join("\n");
  }
}

function increase<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
