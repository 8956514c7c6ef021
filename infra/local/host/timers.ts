import type { Clock } from "../../../shared/clock.ts";
import type { Executor } from "./executor.ts";
import type { HostLog } from "./host-log.ts";
import type { TimerFunction } from "./indexing.ts";
import { timerData } from "./trigger-data.ts";
import type { ScheduleStatus } from "./trigger-data.ts";

export interface TimersOptions {
  executor: Executor;
  clock: Clock;
  log: HostLog;
  /** By function name. Outlives the host when its owner keeps it, so that a later one knows what was missed. */
  statuses: Map<string, ScheduleStatus>;
}

/** Node's timers hold 24.8 days; an hour also notices a clock that was set. */
const LONGEST_SLEEP_MS = 3_600_000;

/**
 * Fires a timer at its occurrences until the signal aborts. A timer never overlaps itself: occurrences that pass while
 * it runs become one, which follows at once. A failure waits for the next occurrence.
 * @see https://github.com/Azure/azure-webjobs-sdk-extensions/blob/dev/src/WebJobs.Extensions/Extensions/Timers/Listener/TimerListener.cs
 */
export async function runTimer(
  timer: TimerFunction,
  options: TimersOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, statuses } = options;
  let status = startingStatus(timer, statuses.get(timer.name), clock.now());
  statuses.set(timer.name, status);

  const turn = async (occurrence: Date | undefined, isPastDue: boolean): Promise<void> => {
    const firedAt = clock.now();
    await fire(timer, options, status, isPastDue);
    // A clock that is a little early would otherwise find the same occurrence twice.
    const last = occurrence !== undefined && occurrence > firedAt ? occurrence : firedAt;
    status = { last, next: timer.schedule.next(last), lastUpdated: last };
    statuses.set(timer.name, status);
  };

  const isPastDue = status.next !== undefined && status.next <= clock.now();
  if (isPastDue) {
    const message = `Function '${timer.name}' is past due on startup. Executing now.`;
    log({ level: "information", category: "Host.Triggers.Timer", message });
  }
  if (isPastDue || timer.runOnStartup) await turn(undefined, isPastDue);
  while (status.next !== undefined && (await sleepUntil(status.next, clock, signal))) {
    await turn(status.next, false);
  }
}

/** Takes up an earlier host's record, unless the schedule has changed since or is too frequent to be recorded. */
function startingStatus(
  timer: TimerFunction,
  recorded: ScheduleStatus | undefined,
  now: Date,
): ScheduleStatus {
  if (timer.useMonitor && recorded !== undefined) {
    const expected = timer.schedule.next(recorded.last ?? recorded.lastUpdated);
    if (expected?.getTime() === recorded.next?.getTime()) return recorded;
  }
  return { last: undefined, next: timer.schedule.next(now), lastUpdated: now };
}

async function fire(
  timer: TimerFunction,
  { executor, clock }: TimersOptions,
  status: ScheduleStatus,
  isPastDue: boolean,
): Promise<void> {
  const reason = `Timer fired at ${clock.now().toISOString()}`;
  // The executor has logged the failure.
  await executor.execute(timer, timerData(timer, status, { reason, isPastDue })).catch(() => {});
}

/** False when the signal aborted first. */
async function sleepUntil(instant: Date, clock: Clock, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const left = instant.getTime() - clock.now().getTime();
    if (left <= 0) return true;
    await clock.sleep(Math.min(left, LONGEST_SLEEP_MS), signal).catch(() => {});
  }
  return false;
}
