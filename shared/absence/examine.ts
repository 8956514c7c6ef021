import { startDeadline } from "../http/deadline.ts";
import { overview, type OverviewWorld } from "./overview.ts";
import { shutOut } from "./read-replies.ts";
import type { RangeWorld } from "./watch-range.ts";
import type { SyncWorld } from "./sync.ts";

const ANSWER_WITHIN_MS = 12_000;

/** Looks at all the monitor depends on. @throws {Error} says what is wrong, and what to do about it */
export async function examine(
  world: Omit<OverviewWorld, "outlets"> & Pick<RangeWorld, "graph" | "outlets"> & Pick<SyncWorld, "mediator">,
): Promise<string> {
  const deadline = startDeadline({ milliseconds: ANSWER_WITHIN_MS, clock: world.clock });
  const { signal } = deadline;
  try {
    const [users, obstacles, greeted] = await Promise.all([
      overview(world),
      Promise.all(world.outlets.map(async (outlet) => outlet.obstacle?.())),
      world.mediator.greet({ signal }),
      // Without a token of the app nothing can be asked.
      world.graph({ signal }),
    ]);
    const undelivered = users.filter(({ deliveries }) =>
      deliveries.some(({ state }) => state === "undelivered"),
    );
    const closed = shutOut(users.map(({ problem }) => problem));
    const problems = [
      ...(closed === undefined ? [] : [closed]),
      ...new Set(obstacles.filter((obstacle) => obstacle !== undefined)),
      ...(greeted.done ? [] : [`The mediator at MEDIATOR_URL is not reachable: ${greeted.why}.`]),
      ...(undelivered.length > 0
        ? [`The news of ${undelivered.length} users are undelivered; GET /api/monitor says why.`]
        : []),
    ];
    if (problems.length > 0) throw new Error(problems.join(" "));
    const unread = users.filter(({ problem }) => problem !== undefined).length;
    return `${users.length} users are watched; the mailboxes of ${unread} of them cannot be read.`;
  } finally {
    deadline.clear();
  }
}
