import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { Registration } from "../../shared/registration/session.ts";
import { RegistrationFact } from "../../shared/registration/registration-fact.ts";
import { runErrorOf } from "../../shared/registration/run-error.ts";
import { openTeamLedger } from "../../shared/registration/team-ledger.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { ledgerInMemory } from "../fakes/ledger-in-memory.ts";

const until = new Date("2026-11-03T22:00:00Z");
const nothing = { generation: 0, known: undefined };
const clock = fakeClock("2026-11-03T12:00:00Z");

test("a team's entries are its own, and each write builds on the one before", async () => {
  const ledger = ledgerInMemory(RegistrationFact);
  const robots = await openTeamLedger(ledger, "robots", clock);
  for (const generation of [1, 2]) {
    await robots.write([{ eventId: "a", entry: { ...nothing, generation }, until }]);
  }
  assert.deepEqual((await openTeamLedger(ledger, "robots", clock)).entries.get("a"), {
    generation: 2,
    known: undefined,
  });
  assert.equal((await openTeamLedger(ledger, "sharks", clock)).entries.size, 0);
});

test("what another has written meanwhile is not written over", async () => {
  const ledger = ledgerInMemory(RegistrationFact);
  const [one, other] = [
    await openTeamLedger(ledger, "robots", clock),
    await openTeamLedger(ledger, "robots", clock),
  ];
  const change = { eventId: "a", entry: { ...nothing, generation: 1 }, until };
  await one.write([change]);
  await assert.rejects(other.write([change]), (error) => runErrorOf(error).code === "lock_lost");
});

test("a storage account that says nothing is given up after half a minute", async () => {
  const silent: Ledger<Registration> = {
    read: () => new Promise(() => {}),
    write: () => new Promise(() => {}),
  };
  const opening = openTeamLedger(silent, "robots", clock);
  await clock.asleep(30_000);
  await Promise.all([
    clock.advance(30_000),
    assert.rejects(opening, (error) => {
      const { code, message } = runErrorOf(error);
      return code === "storage_unavailable" && message.includes("AzureWebJobsStorage");
    }),
  ]);
});
