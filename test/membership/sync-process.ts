/** Membership in a process of its own: works at each message that it is given, and tells what came of it. */
import process from "node:process";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { MembershipFact } from "../../shared/membership/membership-fact.ts";
import type { Run } from "../../shared/membership/run.ts";
import { membershipService } from "../../shared/membership/service.ts";
import { membershipWorld } from "../../shared/membership/wire.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { rememberingLogger } from "../fakes/remembering-logger.ts";
import { steadyLeases } from "./steady-leases.ts";

type Facts = Ledger<MembershipFact>;

/** What it asks of the ledger, which whoever started it keeps, and what it tells in the end. */
export type Told =
  | { id: number; read: Parameters<Facts["read"]> }
  | { id: number; write: Parameters<Facts["write"]> }
  | { runs: Run[] }
  | { error: string };

/** What it is sent. */
export type Sent = { message: unknown } | { id: number; answer: unknown };

const waiting = new Map<number, (answer: unknown) => void>();
const ask = <T>(question: (id: number) => Told): Promise<T> =>
  new Promise((resolve) => {
    const id = waiting.size;
    waiting.set(id, resolve as (answer: unknown) => void);
    tell(question(id));
  });
const tell = (told: Told): unknown => process.send?.(told);

const [settings = "{}", now = ""] = process.argv.slice(2);
const clock = fakeClock(now, { auto: 8000 });
const log = rememberingLogger();
const service = membershipService({
  ...membershipWorld(JSON.parse(settings) as Record<string, string>, log, { clock }),
  // Whoever is killed keeps its lock for a minute: here that has passed.
  ...steadyLeases(),
  ledger: {
    read: (...read) => ask((id) => ({ id, read })),
    write: (...write) => ask((id) => ({ id, write })),
  },
});

process.on("message", (sent: Sent) => {
  if ("id" in sent) {
    waiting.get(sent.id)?.(sent.answer);
    return;
  }
  void service.work(sent.message, log).then(
    (runs) => tell({ runs }),
    (error: unknown) => tell({ error: String(error) }),
  );
});
// It has no life of its own.
process.on("disconnect", () => process.exit());
