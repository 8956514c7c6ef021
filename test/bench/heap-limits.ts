/**
 * The limits V8 sets itself on an instance of that many MB, for it takes them from the memory it finds: on a large
 * machine it leaves garbage where it is until there are hundreds of megabytes. Seen with Node 24 in a control group of
 * each size, where `v8.getHeapStatistics().heap_size_limit` was 259 and 1120 MB.
 * @see https://github.com/v8/v8/blob/main/src/heap/heap.cc HeapSizeFromPhysicalMemory, YoungGenerationSizeFromOldGenerationSize
 */
export const HEAP_LIMITS = {
  /** The plan's smallest. */
  512: ["--max-old-space-size=256", "--max-semi-space-size=1"],
  /** The template's. */
  2048: ["--max-old-space-size=1024", "--max-semi-space-size=32"],
} as const satisfies Record<number, readonly string[]>;
