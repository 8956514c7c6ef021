import type { MembershipWorld as Bound } from "../../shared/membership/service.ts";
import { membershipWorld } from "../../shared/membership/wire.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import type { MembershipWorld } from "../worlds/membership-world.ts";
import { steadyLeases } from "./steady-leases.ts";

/** A step after or before which a process ends. */
export interface Cut {
  step: "savePlan" | "write" | "saveInverse" | "add" | "dropRunning";
  /** Of several the how manieth. */
  number?: number;
  at: "before" | "after";
}

/** The world of a host that stops there for good, and when it does. */
export function cutOff(
  world: MembershipWorld,
  { step, number = 1, at }: Cut,
): { host: Partial<Bound>; cut: Promise<void> } {
  const { documents, history, ledger } = membershipWorld(world.env, world.log, world);
  const { promise: cut, resolve } = Promise.withResolvers<void>();
  const never = (): Promise<never> => {
    resolve();
    return new Promise(() => undefined);
  };
  let count = 0;
  const halting =
    <Parameters extends unknown[], T>(name: Cut["step"], work: (...parameters: Parameters) => Promise<T>) =>
    async (...parameters: Parameters): Promise<T> => {
      if (name === step) count += 1;
      const isIt = name === step && count === number;
      if (isIt && at === "before") return never();
      const done = await work(...parameters);
      return isIt ? never() : done;
    };
  return {
    cut,
    host: {
      // Whoever is cut off keeps its lock for a minute: here that has passed.
      ...steadyLeases(),
      // Its own time has ended: no deadline wakes it.
      clock: fakeClock(world.clock.now(), { auto: 8000 }),
      documents: {
        ...documents,
        savePlan: halting("savePlan", documents.savePlan),
        saveInverse: halting("saveInverse", documents.saveInverse),
        dropRunning: halting("dropRunning", documents.dropRunning),
      },
      history: { ...history, add: halting("add", history.add) },
      ledger: { ...ledger, write: halting("write", ledger.write) },
    },
  };
}
