import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Run } from "../../shared/registration/run.ts";
import {
  type RegistrationService,
  registrationService,
  type RegistrationWorld,
} from "../../shared/registration/service.ts";
import { registrationWorld } from "../../shared/registration/wire.ts";
import { type QueueInMemory, queueInMemory } from "../fakes/queue-in-memory.ts";
import { aWorld, type World, type WorldSeed } from "./registration-world.ts";

/** When the passes of these worlds are due: half an hour before the usual now. */
export const SCHEDULE = "0 30 11 * * *";

export interface QueueWorld extends World {
  queue: QueueInMemory;
  /** The timer, at its time unless told otherwise. */
  timer(isPastDue?: boolean): Promise<void>;
  catchUp(): Promise<void>;
  /** What the workers do with all that is visible in the queue; what they threw. */
  drain(): Promise<unknown[]>;
  /** Another host on the same storage account and the same queue. */
  anotherHost(changes?: Partial<RegistrationWorld>): RegistrationService;
  history(query?: object): Promise<Run[]>;
}

/**
 * A registration world whose queue is in memory, so that its delays pass on the clock of the test.
 * @param changes  what one host has instead of what is wired
 */
export async function aQueueWorld(
  t: TestContext,
  seed: WorldSeed = {},
  changes: Partial<RegistrationWorld> = {},
): Promise<QueueWorld> {
  const world = await aWorld(t, { now: "2026-11-03T11:30:00Z", ...seed });
  const { env, log, clock } = world;
  const queue = queueInMemory(clock);
  const wired = (instead: Partial<RegistrationWorld> = {}): RegistrationService => {
    const services = registrationWorld(env, log, { clock });
    return registrationService({ ...services, queue, poison: queue.poison, ...instead });
  };
  world.service = wired(changes);
  return Object.assign(world, {
    queue,
    timer: (isPastDue = false) => world.service.enqueueDue({ schedule: SCHEDULE, isPastDue }, log),
    catchUp: () => world.service.enqueueOwed({ schedule: SCHEDULE }, log),
    drain: () => queue.drain((body) => world.service.work(body, log)),
    anotherHost: wired,
    async history(query: object = {}) {
      const outcome = await world.service.history(query);
      assert.ok(outcome.kind === "found", JSON.stringify(outcome));
      return outcome.runs;
    },
  });
}
