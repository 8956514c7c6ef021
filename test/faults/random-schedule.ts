import * as fc from "fast-check";
import { NAMES } from "./cast.ts";
import type {
  Change,
  PlannedEvent,
  PlannedFault,
  PlannedPass,
  Schedule,
  Slot,
  Target,
  Trouble,
} from "./schedule.ts";

const MOST_PASSES = 5;

const slots: Slot[] = [
  { from: 30, to: 32 },
  { from: 30, to: 31 },
  { from: 31, to: 33 },
  { from: 50, to: 52 },
  // Ends before the schedule does, and comes into the window only then.
  { from: 1, to: 3 },
  { from: 74, to: 76 },
];

const slot = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...slots.slice(0, 4)) },
  { weight: 1, arbitrary: fc.constantFrom(...slots.slice(4)) },
);
const people = fc.subarray(NAMES, { minLength: 0, maxLength: 4 });
const somebody = fc.subarray(NAMES, { minLength: 1, maxLength: 4 });
const event = fc.nat({ max: 7 });

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("move"), event, slot }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("people"), event, people }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel"), event }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete"), event }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("add"), slot, people: somebody }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose mark"), event }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose ledger") }) },
);

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 6, arbitrary: kinds("cut off before", "cut off after") },
  { weight: 4, arbitrary: kinds("dropped before", "dropped after") },
  { weight: 4, arbitrary: kinds("failed before", "failed after") },
  { weight: 1, arbitrary: kinds("timed out before", "timed out after") },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("throttled"), seconds: fc.constantFrom(1, 5, 40) }),
  },
  { weight: 1, arbitrary: kinds("outage") },
  { weight: 1, arbitrary: kinds("lease lost") },
  { weight: 1, arbitrary: kinds("rival", "taken over") },
  { weight: 1, arbitrary: kinds("frozen") },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("changed meanwhile"), change }) },
);

function kinds<K extends Trouble["kind"]>(...names: K[]): fc.Arbitrary<{ kind: K }> {
  return fc.record({ kind: fc.constantFrom(...names) });
}

const target = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Target>("any") },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Target>(
      "send",
      "send",
      "mark",
      "batch",
      "ledger write",
      "ledger write",
      "search",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Target>(
      "read",
      "token",
      "lease",
      "ledger read",
      "report",
      "copy",
      "mail session",
    ),
  },
);

const anyFault: fc.Arbitrary<PlannedFault> = target.chain((on) =>
  fc.record({
    on: fc.constant(on),
    nth: on === "any" ? fc.nat({ max: 25 }) : fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3),
    what: trouble,
  }),
);

/** A host that has read what there is, and acts on it when it is out of date. */
const belated: fc.Arbitrary<PlannedFault> = fc.record({
  on: fc.constantFrom<Target>("read", "ledger read", "ledger write"),
  nth: fc.nat({ max: 3 }),
  what: kinds("frozen"),
});

const fault = fc.oneof({ weight: 15, arbitrary: anyFault }, { weight: 1, arbitrary: belated });

// Most that can go wrong needs something that is due.
const changes = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Change[]>([]) },
  { weight: 3, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }) },
);

const waitMinutes = fc.constantFrom(1, 2, 5, 11, 15, 30, 60, 180);

const pass: fc.Arbitrary<PlannedPass> = fc.record({
  waitMinutes,
  changes,
  faults: fc.oneof(
    { weight: 1, arbitrary: fc.constant<PlannedFault[]>([]) },
    { weight: 3, arbitrary: fc.array(fault, { minLength: 1, maxLength: 2 }) },
  ),
});

/** Two in a row: notices are left in doubt, and what would settle that goes wrong, too. */
const doubtful: fc.Arbitrary<PlannedPass[]> = fc
  .tuple(
    fc.record({
      on: fc.constantFrom<Target>("send", "batch", "mark", "ledger write"),
      nth: fc.nat({ max: 1 }),
      what: kinds("failed after", "dropped after", "cut off before", "cut off after"),
    }),
    fc.record({
      on: fc.constantFrom<Target>("search", "search", "batch", "ledger read", "ledger write"),
      nth: fc.nat({ max: 1 }),
      what: trouble,
    }),
    fc.tuple(waitMinutes, waitMinutes),
    fc.tuple(changes, changes),
  )
  .map(([first, then, waits, changed]) => [
    { waitMinutes: waits[0], changes: changed[0], faults: [first] },
    { waitMinutes: waits[1], changes: changed[1], faults: [then] },
  ]);

const passes = fc
  .array(fc.oneof({ weight: 7, arbitrary: pass.map((each) => [each]) }, { weight: 1, arbitrary: doubtful }), {
    minLength: 2,
    maxLength: 5,
  })
  .map((some) => some.flat().slice(0, MOST_PASSES));

const plannedEvent: fc.Arbitrary<PlannedEvent> = fc.record({ slot, people: somebody });

/** Mostly small worlds: what a fault does to one notice it does to each. */
export const randomSchedule: fc.Arbitrary<Schedule> = fc.record({
  // A mail by SMTP takes as long as all the rest.
  sender: fc.constantFrom("graph", "graph", "verified", "verified", "smtp"),
  sentItemsDelayMinutes: fc.constantFrom(0, 1, 5),
  events: fc.oneof(
    { weight: 5, arbitrary: fc.array(plannedEvent, { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(plannedEvent, { minLength: 3, maxLength: 8 }) },
  ),
  passes,
});
