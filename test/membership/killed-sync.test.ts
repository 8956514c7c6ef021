import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { MembershipFact } from "../../shared/membership/membership-fact.ts";
import type { Run } from "../../shared/membership/run.ts";
import { ledgerInMemory } from "../fakes/ledger-in-memory.ts";
import { aMembershipWorld, ME, type MembershipWorld } from "../worlds/membership-world.ts";
import type { Sent, Told } from "./sync-process.ts";

const PROGRAM = fileURLToPath(new URL("sync-process.ts", import.meta.url));
const CHANGES = 5000;
/** The processes end when so many changes are made. */
const KILLED_AT = [1700, 3400];

/** Half of a crowd is in the space and has no business there; the other half is missing. */
const crowd = {
  count: CHANGES,
  person: (index: number) => ({
    email: `somebody-${index}@example.org`,
    displayName: `Somebody ${index}`,
    loginEnabled: index % 2 === 0,
  }),
};
const addressesOf = (isWanted: boolean): string[] =>
  Array.from({ length: CHANGES }, (_, index) => crowd.person(index))
    .filter(({ loginEnabled }) => loginEnabled === isWanted)
    .map(({ email }) => email);

test("a worker that is killed in the middle of 5,000 changes, twice, makes each of them once", async (t) => {
  const world = await aMembershipWorld(t, { crowd, members: addressesOf(false) });
  // Not in Azurite, which looks through all rows for each of a write.
  const ledger = ledgerInMemory(MembershipFact);
  const workers = [...KILLED_AT, undefined].map(() => aWorker(t, world, ledger));
  await world.timer();
  const [message] = world.queue.messages;
  assert.ok(message);
  for (const [index, many] of KILLED_AT.entries()) {
    await killedAt(many, workers[index], message.body, world);
    const { length } = world.changes();
    assert.ok(length >= many && length < many + 100, String(length));
  }
  const runs = await answerOf(workers.at(-1), message.body);
  const [run] = runs;
  assert.ok(run);
  const { status, counts, actions, progress } = run;
  assert.deepEqual([status, counts, progress.done], ["ok", { add: 2500, remove: 2500, keep: 1 }, CHANGES]);
  assert.deepEqual(
    actions.filter(({ outcome }) => outcome !== undefined),
    [],
  );
  assert.deepEqual(world.members(), [ME, ...addressesOf(true)].sort());
  const changes = world.changes();
  assert.equal(changes.length, CHANGES);
  assert.equal(new Set(changes).size, CHANGES);
  const { inverse } = (await inverseOf(world, run.runId)) ?? {};
  assert.deepEqual([inverse?.added.length, inverse?.removed.length], [2500, 2500]);
});

function aWorker(
  t: TestContext,
  { env, clock }: MembershipWorld,
  ledger: Ledger<MembershipFact>,
): ChildProcess {
  const child = fork(PROGRAM, [JSON.stringify(env), clock.now().toISOString()], {
    serialization: "advanced",
  });
  t.after(() => child.kill("SIGKILL"));
  child.on("message", (told: Told) => {
    if (!("id" in told)) return;
    const answer = "read" in told ? ledger.read(...told.read) : ledger.write(...told.write);
    // It may be dead by then, whether its channel says so already or not.
    void answer.then(
      (value) => child.connected && send(child, { id: told.id, answer: value }, () => undefined),
    );
  });
  return child;
}

/** @param ignore  is told of what could not be sent; without it, that fails the test */
function send(child: ChildProcess, sent: Sent, ignore?: () => void): void {
  child.send(sent, ignore);
}

async function killedAt(
  many: number,
  worker: ChildProcess | undefined,
  message: unknown,
  { webex }: MembershipWorld,
): Promise<void> {
  assert.ok(worker);
  webex.faults.clear();
  webex.faults.add({
    decide: () => {
      if (webex.changes.length >= many) worker.kill("SIGKILL");
      return undefined;
    },
  });
  const ended = once(worker, "exit");
  send(worker, { message });
  assert.deepEqual((await ended).slice(1), ["SIGKILL"]);
  webex.faults.clear();
}

async function answerOf(worker: ChildProcess | undefined, message: unknown): Promise<Run[]> {
  assert.ok(worker);
  const answer = new Promise<Run[]>((resolve, reject) => {
    worker.on("message", (told: Told) => {
      if ("runs" in told) resolve(told.runs);
      if ("error" in told) reject(new Error(told.error));
    });
  });
  send(worker, { message });
  return answer;
}

async function inverseOf(
  { blobs }: MembershipWorld,
  runId: string,
): Promise<{ inverse: { added: unknown[]; removed: unknown[] } } | undefined> {
  const blob = blobs.getContainerClient("membership").getBlobClient(`inverses/${runId}.json`);
  return JSON.parse((await blob.downloadToBuffer()).toString("utf8")) as never;
}
