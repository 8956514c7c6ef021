/**
 * `npm run bench:scale [-- TEAMS CONNECTIONS]`: the timer fires for 1,000 teams on 200 Microsoft accounts, and worker
 * processes drain the queue. It asserts no time; it fails when a pass is lost or made twice.
 */
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../shared/clock.ts";
import { drain, type Drained } from "./drain.ts";
import { LATENCY_MS } from "./mailbox-world.ts";
import { type Usage, usageNow } from "./report-usage.ts";
import { type ScaleSize, type ScaleWorld, scaleWorld } from "./scale-world.ts";
import { type Row, textOf } from "./table.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const WORKERS = [1, 2];
/** Loading has ended by then. */
const SETTLE_MS = 2000;

interface MeasuredWorker extends WorkerProcess {
  /** What it has resident in memory before there is work, in bytes. */
  idle: number;
  /** The same, twice a second, while there is. */
  working: number[];
  /** How many cores were at work for it on average. */
  cores: number;
}

interface Measured extends Drained {
  workers: readonly MeasuredWorker[];
  requests: number;
  throttled: number;
  mostInFlight: number;
  cores: { emulators: number; machine: number };
}

const [teams = 1000, connections = 200, ...rest] = process.argv.slice(2).map(Number);
if (rest.length === 0 && [teams, connections].every((each) => Number.isInteger(each) && each > 0)) {
  await bench({ teams, connections });
} else {
  console.error("npm run bench:scale takes how many teams and how many connections: two numbers, or none.");
  process.exitCode = 2;
}

async function bench(size: ScaleSize): Promise<void> {
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores (${process.platform} ${process.arch})`,
  );
  const rows: Row[] = [];
  const memory: Row[] = [];
  for (const count of WORKERS) {
    const measured = await measure(size, count);
    rows.push(rowOf(measured));
    memory.push(...measured.workers.map((worker, index) => memoryOf(worker, `${index + 1} of ${count}`)));
    complain(measured);
  }
  const heading = `${size.teams} teams on ${size.connections} accounts, a session due for each; ${LATENCY_MS} ms before each answer of Graph and login. The emulators run in one process, Azurite in another`;
  console.log(`\n${textOf({ heading, rows })}`);
  const memoryHeading =
    "Memory of each worker process, which is the local Functions host with the app in a thread, and has V8's limits of an instance of 512 MB; MB";
  console.log(`\n${textOf({ heading: memoryHeading, rows: memory })}`);
}

async function measure(size: ScaleSize, count: number): Promise<Measured> {
  const world = await scaleWorld(size);
  try {
    return await measureIn(world, count);
  } finally {
    await world.close();
  }
}

async function measureIn(world: ScaleWorld, count: number): Promise<Measured> {
  // It compiles for those that are measured.
  await (await startWorker(DIST, world.settings)).close();
  const workers = await Promise.all(Array.from({ length: count }, () => startWorker(DIST, world.settings)));
  const [first] = workers;
  if (!first) throw new RangeError("There is no worker.");
  try {
    await systemClock.sleep(SETTLE_MS);
    const before = { workers: workers.map(lastOf), own: usageNow(), all: busyNow() };
    const begun = workers.map(({ usages }) => usages.length);
    const drained = await drain(first, world);
    const cores = (milliseconds: number): number => milliseconds / drained.milliseconds;
    return {
      ...drained,
      workers: workers.map((worker, index): MeasuredWorker => {
        const { resident, cpu } = before.workers[index] ?? usageNow();
        return {
          ...worker,
          idle: resident,
          working: worker.usages.slice(begun[index]).map((usage) => usage.resident),
          cores: cores(lastOf(worker).cpu - cpu),
        };
      }),
      requests: world.requests(),
      throttled: world.throttled(),
      mostInFlight: world.mostInFlight(),
      cores: { emulators: cores(usageNow().cpu - before.own.cpu), machine: cores(busyNow() - before.all) },
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

function lastOf({ usages }: WorkerProcess): Usage {
  return usages.at(-1) ?? { resident: 0, cpu: 0 };
}

/** What all processes of the machine have used of all cores, in milliseconds. */
function busyNow(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

function rowOf({ workers, milliseconds, reports, cores, ...measured }: Measured): Row {
  const ofWorkers = workers.reduce((sum, worker) => sum + worker.cores, 0);
  return {
    workers: workers.length,
    "passes a minute": Math.round((reports * 60_000) / milliseconds),
    seconds: (milliseconds / 1000).toFixed(1),
    requests: measured.requests,
    "answers 429": measured.throttled,
    "most in flight": measured.mostInFlight,
    lost: measured.lost.length,
    doubled: measured.doubled.length,
    "not ok": measured.unwell,
    "cores: workers": ofWorkers.toFixed(2),
    emulators: cores.emulators.toFixed(2),
    "whole machine": cores.machine.toFixed(2),
  };
}

function memoryOf({ idle, working }: MeasuredWorker, worker: string): Row {
  const quarter = (number: number): number[] =>
    working.slice(((number - 1) * working.length) / 4, (number * working.length) / 4);
  return {
    worker,
    "before the work": megabytes(idle),
    "1st quarter": megabytes(mean(quarter(1))),
    "2nd quarter": megabytes(mean(quarter(2))),
    "3rd quarter": megabytes(mean(quarter(3))),
    "4th quarter": megabytes(mean(quarter(4))),
    peak: megabytes(Math.max(...working)),
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / (1024 * 1024));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function complain({ workers, lost, doubled }: Measured): void {
  if (lost.length === 0 && doubled.length === 0) return;
  process.exitCode = 1;
  console.error(`Lost: ${lost.slice(0, 10).join(", ")}; doubled: ${doubled.slice(0, 10).join(", ")}`);
  console.error(workers.flatMap(({ errors }) => errors.slice(0, 20)).join("\n"));
}
