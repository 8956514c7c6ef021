/** `npm run bench [-- NAME…]` prints what passes, syncs and a start cost on this machine; it asserts nothing. */
import { availableParallelism } from "node:os";
import { benchAbsence } from "./absence.ts";
import { benchFirstAnswer } from "./first-answer.ts";
import { benchLoad } from "./load.ts";
import { benchMembership } from "./membership.ts";
import { benchRegistration } from "./registration.ts";
import { type Table, textOf } from "./table.ts";

const BENCHMARKS: Record<string, () => Promise<Table[]>> = {
  load: benchLoad,
  "first-answer": benchFirstAnswer,
  registration: benchRegistration,
  membership: benchMembership,
  absence: benchAbsence,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(", ")}; there are ${Object.keys(BENCHMARKS).join(", ")}.`,
  );
  process.exitCode = 2;
} else {
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores (${process.platform} ${process.arch})`,
  );
  for (const [name, bench] of Object.entries(BENCHMARKS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    for (const table of await bench()) console.log(`\n${textOf(table)}`);
  }
}
