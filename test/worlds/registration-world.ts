import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { TableClient } from "@azure/data-tables";
import type { Mailbox } from "../../infra/local/emulators/graph/mailbox.ts";
import type { EventRow, Run } from "../../shared/registration/run.ts";
import type { RunOutcome } from "../../shared/registration/service.ts";
import { type RegistrationService, wireRegistration } from "../../shared/registration/wire.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";
import { type RememberingLogger, rememberingLogger } from "../fakes/remembering-logger.ts";
import { aStage, type Stage, type StageSeed } from "./registration-stage.ts";
import { NOW } from "./seeds.ts";
import { COACH } from "./services.ts";

export interface WorldSeed extends StageSeed {
  now?: string;
}

export interface World extends Stage {
  clock: FakeClock;
  mailbox: Mailbox;
  log: RememberingLogger;
  service: RegistrationService;
  /** A forced run that is carried out: the reports of its teams. */
  runAll(request?: object): Promise<Run[]>;
  /** The same of the only team. */
  run(request?: object): Promise<Run>;
  ask(request: unknown): Promise<RunOutcome>;
  /** As after a restart of the app: nothing is remembered but what was stored. */
  restart(settings?: Record<string, string>): Promise<void>;
  /** The id of the event of that subject. */
  idOf(subject: string): string;
  /** What is remembered on an event. */
  markOf(eventId: string): Record<string, unknown> | undefined;
  /** What the ledger holds, row by row. */
  ledgerRows(): Promise<LedgerRow[]>;
  /** As if the storage account had been made anew. */
  forgetLedger(): Promise<void>;
  /** Requests to Graph so far, the parts of batches among them; `target` is a part of the path. */
  requests(method: string, target: string): number;
  /** Resolves when so many such requests have arrived at Graph. */
  arrived(method: string, target: string, count?: number): Promise<void>;
}

export interface LedgerRow {
  partitionKey: string;
  rowKey: string;
  state: string;
}

/** A pause between two tries passes by itself; deadlines and the renewal of the lock wait until the clock is moved. */
const LONGEST_PAUSE_MS = 8000;

/** Rollcall's registration as it is wired in the cloud, between emulators of all that it talks to, on a clock that stands still. */
export async function aWorld(t: TestContext, seed: WorldSeed = {}): Promise<World> {
  const clock = fakeClock(seed.now ?? NOW, { auto: LONGEST_PAUSE_MS });
  const stage = await aStage(t, seed, clock);
  const { env, graph } = stage;
  const log = rememberingLogger();
  const mailbox = graph.mailbox(COACH);
  const ledger = TableClient.fromConnectionString(stage.connectionString, "ledger");
  const requests = (method: string, target: string): number =>
    [...graph.exchanges, ...graph.parts].filter(
      (each) => each.method === method && decodeURIComponent(each.path).includes(target),
    ).length;

  const world: World = {
    ...stage,
    clock,
    mailbox,
    log,
    service: await wireRegistration(env, log, { clock }),
    ask: (request) => world.service.runNow(request, log),
    async runAll(request = {}) {
      const outcome = await world.ask(request);
      assert.ok(outcome.kind === "ran", JSON.stringify(outcome));
      return outcome.runs;
    },
    async run(request) {
      const [run, ...others] = await world.runAll(request);
      assert.ok(run && others.length === 0, "There is not one team.");
      return run;
    },
    async restart(settings = {}) {
      Object.assign(env, settings);
      world.service = await wireRegistration(env, log, { clock });
    },
    idOf: (subject) => {
      const found = mailbox.events.find(({ details }) => details.subject === subject);
      return found?.id ?? assert.fail(`There is no event “${subject}”.`);
    },
    async ledgerRows() {
      const rows: LedgerRow[] = [];
      for await (const row of ledger.listEntities<LedgerRow>()) rows.push(row);
      return rows;
    },
    async forgetLedger() {
      for (const { partitionKey, rowKey } of await world.ledgerRows()) {
        await ledger.deleteEntity(partitionKey, rowKey);
      }
    },
    markOf: (eventId) => mailbox.extensions(eventId)["org.mantabots"],
    requests,
    async arrived(method, target, count = 1) {
      while (requests(method, target) < count) await setImmediate(undefined, { signal: t.signal });
    },
  };
  return world;
}

/** The row of an event in a report. */
export function rowOf(run: Run, eventId: string): EventRow {
  const row = run.events.find((each) => each.eventId === eventId);
  return row ?? assert.fail(`The report has no row of ${eventId}: ${JSON.stringify(run)}`);
}

/** `action reason` of each event, in the order of the report; without a reason the error. */
export function outcomesOf({ events }: Run): string[] {
  return events.map(({ action, reason, error }) => `${action} ${reason ?? error ?? ""}`.trim());
}
