import * as fc from "fast-check";
import { KNOWN_NAMES } from "./cast.ts";
import type { PlannedEvent, PlannedFault, PlannedPass, Schedule, Target } from "./schedule.ts";

/** Something is due in each first pass, so that each of these happens. */
const fault: fc.Arbitrary<PlannedFault> = fc.oneof(
  fc.record({ on: fc.constant<Target>("any"), nth: fc.nat({ max: 20 }), what: atOnce() }),
  fc.record({ on: fc.constantFrom<Target>("send", "mark"), nth: fc.constant(0), what: atOnce() }),
  fc.record({ on: fc.constant<Target>("ledger write"), nth: fc.nat({ max: 1 }), what: atOnce() }),
  // A pass of so few events takes little longer from its first question on.
  fc.record({ on: fc.constant<Target>("read"), nth: fc.constant(0), what: within(50) }),
);

function atOnce(): fc.Arbitrary<PlannedFault["what"]> {
  return fc.record({ kind: fc.constantFrom("cut off before", "cut off after") });
}

function within(milliseconds: number): fc.Arbitrary<PlannedFault["what"]> {
  return fc.record({ kind: fc.constant("cut off soon"), milliseconds: fc.nat({ max: milliseconds }) });
}

const event: fc.Arbitrary<PlannedEvent> = fc.record({
  slot: fc.constantFrom({ from: 30, to: 32 }, { from: 31, to: 33 }),
  people: fc.subarray([...KNOWN_NAMES], { minLength: 1, maxLength: 3 }),
});

const pass: fc.Arbitrary<PlannedPass> = fc.record({
  waitMinutes: fc.constantFrom(2, 15, 60),
  changes: fc.constant([]),
  faults: fault.map((each) => [each]),
});

/** A host is killed in its pass, at a request or at any moment; another takes over. */
export const randomKill: fc.Arbitrary<Schedule> = fc.record({
  sender: fc.constant("verified"),
  sentItemsDelayMinutes: fc.constantFrom(0, 1, 5),
  events: fc.array(event, { minLength: 1, maxLength: 4 }),
  passes: fc.array(pass, { minLength: 1, maxLength: 2 }),
});
