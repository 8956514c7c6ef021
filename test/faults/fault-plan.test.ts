import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Fault } from "../../infra/local/emulators/faults.ts";
import { type FaultEffects, FaultPlan } from "./fault-plan.ts";
import type { PlannedFault } from "./schedule.ts";
import type { ServiceName } from "./services.ts";

const SEND: [ServiceName, string, string] = ["graph", "POST", "/v1.0/me/sendMail"];
const MARK: [ServiceName, string, string] = ["graph", "POST", "/v1.0/me/events/e/extensions"];
const READ: [ServiceName, string, string] = ["graph", "GET", "/v1.0/me/contacts?$top=100"];
const LEDGER: [ServiceName, string, string] = [
  "storage",
  "PUT",
  "/table/host1/ledger(PartitionKey='p',RowKey='r')",
];
const REPORT: [ServiceName, string, string] = [
  "storage",
  "PUT",
  "/blob/host1/registration-runs/robots/1.json",
];
const LEASE: [ServiceName, string, string] = ["storage", "PUT", "/blob/host1/locks/robots?comp=lease"];
const DATA: [ServiceName, string, string] = ["smtp", "DATA", "host@example.org"];

function planOf(...faults: PlannedFault[]): {
  next(request: [ServiceName, string, string]): Fault["kind"] | undefined;
  effects: string[];
  /** As they were told. */
  happened: string[];
} {
  const effects: string[] = [];
  const told = (what: string) => (): void => void effects.push(what);
  const happened: string[] = [];
  const doing: FaultEffects = {
    tell: (service, request, what) => void happened.push(`${service} ${request} ${what}`),
    cutOff: told("cut off"),
    cutOffSoon: told("cut off soon"),
    breakLeases: told("leases broken"),
    passTime: told("time passes"),
    startRival: told("rival"),
    freeze: told("frozen"),
    change: told("changed"),
  };
  const plan = new FaultPlan(faults, doing);
  return {
    next: ([service, method, target]) => plan.next(service, { method, target })?.kind,
    effects,
    happened,
  };
}

suite("the faults of a pass", () => {
  test("keep no blob's client waiting by the machine's clock: the second time, a request fails for good", () => {
    const drop: PlannedFault = { on: "lease", nth: 0, what: { kind: "dropped before" } };
    const { next } = planOf(drop, { on: "lease", nth: 1, what: { kind: "throttled", seconds: 5 } });
    assert.deepEqual([LEASE, LEASE].map(next), ["reset-before", "status"]);
    const again = planOf(drop, { ...drop, nth: 1 });
    assert.deepEqual([LEASE, LEASE].map(again.next), ["reset-before", "status"]);
  });

  test("happen once, each to the request it was planned for", () => {
    const { next, happened } = planOf(
      { on: "send", nth: 1, what: { kind: "failed after" } },
      { on: "any", nth: 4, what: { kind: "dropped before" } },
    );
    const faults = [SEND, MARK, SEND, SEND, READ, READ].map(next);
    assert.deepEqual(faults, [undefined, undefined, "status-after", undefined, "reset-before", undefined]);
    assert.deepEqual(happened, ["graph send failed after", "graph read dropped before"]);
  });

  test("tell requests of storage and mail apart, too", () => {
    const kinds = ["ledger write", "report", "lease", "send"] as const;
    const faults = kinds.map((on) => ({ on, nth: 0, what: { kind: "failed before" as const } }));
    const { next } = planOf(...faults);
    assert.deepEqual([READ, LEDGER, REPORT, LEASE, DATA].map(next), [
      undefined,
      ...kinds.map(() => "status"),
    ]);
  });

  test("cut the host off at a request, before or after its effect", () => {
    const { next, effects } = planOf(
      { on: "send", nth: 0, what: { kind: "cut off before" } },
      { on: "mark", nth: 0, what: { kind: "cut off after" } },
    );
    assert.deepEqual([next(SEND), next(MARK)], ["reset-before", "reset-after"]);
    assert.deepEqual(effects, ["cut off", "cut off"]);
  });

  test("last to the end of the pass where a service is down", () => {
    const { next } = planOf({ on: "ledger write", nth: 0, what: { kind: "outage" } });
    assert.deepEqual([LEDGER, LEASE, READ, LEDGER].map(next), ["status", "status", undefined, "status"]);
  });

  test("may leave the request alone, and do something else at that moment", () => {
    const { next, effects } = planOf(
      { on: "any", nth: 0, what: { kind: "lease lost" } },
      { on: "any", nth: 0, what: { kind: "taken over" } },
      { on: "any", nth: 1, what: { kind: "frozen" } },
      { on: "any", nth: 1, what: { kind: "changed meanwhile", change: { kind: "cancel", event: 0 } } },
    );
    assert.deepEqual([next(READ), next(READ)], [undefined, undefined]);
    assert.deepEqual(effects, [
      "leases broken",
      "time passes",
      "leases broken",
      "rival",
      "leases broken",
      "frozen",
      "changed",
    ]);
  });
});
