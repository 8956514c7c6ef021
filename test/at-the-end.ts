/** What several test files of a process share lives until the last of their tests. */
import { after } from "node:test";

const closings: (() => Promise<unknown>)[] = [];
// Here, and not where something is begun: a hook belongs to the suite it is made in, which may be that of one file.
after(() => Promise.all(closings.map((close) => close())));

/** Has something closed when all tests of this process are over. */
export function atTheEnd(close: () => Promise<unknown>): void {
  closings.push(close);
}
