import type { TestContext } from "node:test";

/** A seed for a random test, printed with its result; `FC_SEED` repeats one. */
export function randomSeed(context: TestContext): { seed: number } {
  const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
  context.diagnostic(`FC_SEED=${seed}`);
  return { seed };
}
