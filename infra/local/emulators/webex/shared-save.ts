/**
 * Lets changes that happen close together be kept by one save: each waits for one that began after it. A big space
 * would otherwise be written as often as it is changed.
 */
export function sharedSave(save: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    next = undefined;
    running = save();
    return running;
  };
  return () => (next ??= running.then(begin, begin));
}
