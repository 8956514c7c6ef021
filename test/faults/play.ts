import type { History } from "./history.ts";
import type { Schedule } from "./schedule.ts";
import { type Stage, World } from "./world.ts";

export interface Played {
  history: History;
  passes: number;
}

/** After a fault so much time settles what was begun: more than SENT_ITEMS_DELAY_MINUTES, and than any lease lasts. */
const QUIET_MINUTES = 20;
const QUIET_PASSES = 2;

/** Plays one schedule, and two quiet passes after it. */
export async function play(schedule: Schedule, stage: Stage): Promise<Played> {
  const world = new World(stage, schedule);
  for (const pass of schedule.passes) {
    await world.clock.advance(pass.waitMinutes * 60_000);
    for (const change of pass.changes) world.change(change);
    await world.pass(pass.faults);
  }
  for (let pass = 0; pass < QUIET_PASSES; pass += 1) {
    await world.clock.advance(QUIET_MINUTES * 60_000);
    await world.pass([]);
  }
  const history = await world.end();
  return { history, passes: schedule.passes.length + QUIET_PASSES };
}
