/** As many as a storage account takes without a thought, and a listing brings faster than they go. */
const SIDE_BY_SIDE = 16;

/**
 * Deletes what a listing brings, several side by side.
 * @param limits.most  so many at the most
 * @param limits.signal  ends it in between
 * @param remove  says whether it was deleted
 * @returns how many were deleted
 * @throws what `remove` or the listing throws, or the signal's reason; what was deleted by then is deleted
 */
export async function deleteListed<T>(
  listing: AsyncIterable<T>,
  { most, signal }: { most: number; signal: AbortSignal },
  remove: (item: T) => Promise<boolean>,
): Promise<number> {
  let deleted = 0;
  let some: T[] = [];
  const removeSome = async (): Promise<void> => {
    signal.throwIfAborted();
    const areDeleted = await Promise.all(some.map(remove));
    deleted += areDeleted.filter(Boolean).length;
    some = [];
  };
  for await (const item of listing) {
    if (deleted >= most) break;
    some.push(item);
    if (some.length >= Math.min(SIDE_BY_SIDE, most - deleted)) await removeSome();
  }
  if (some.length > 0) await removeSome();
  return deleted;
}
