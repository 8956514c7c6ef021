import pLimit from "p-limit";

/** Works at items, so many together, in lanes side by side; the first ones begin first. */
export async function inLanes<T>(
  items: readonly T[],
  { size, lanes }: { size: number; lanes: number },
  work: (together: readonly T[]) => Promise<void>,
): Promise<void> {
  const lane = pLimit(lanes);
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size);
  await Promise.all(starts.map((start) => lane(() => work(items.slice(start, start + size)))));
}
