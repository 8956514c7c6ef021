import pLimit from "p-limit";

const SIDE_BY_SIDE = 16;

/** Works at each, several side by side. @returns why some failed */
export async function failuresOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<Error[]> {
  const limit = pLimit(SIDE_BY_SIDE);
  const settled = await Promise.allSettled(items.map((item) => limit(() => work(item))));
  const reasons = settled.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
  return reasons.map((reason) => (reason instanceof Error ? reason : new Error(String(reason))));
}

/** The log has every one. */
const REASONS_TOLD = 10;

/** @throws {AggregateError} unless there is none */
export function throwAll(failures: readonly Error[], what: string): void {
  if (failures.length === 0) return;
  const some = failures.slice(0, REASONS_TOLD).map(({ message }) => message);
  const rest = failures.length > some.length ? `; and ${failures.length - some.length} more` : "";
  throw new AggregateError(failures, `${what}: ${some.join("; ")}${rest}`);
}
