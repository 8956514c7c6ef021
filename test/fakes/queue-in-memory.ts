import type { Clock } from "../../shared/clock.ts";
import type { MessageQueue, PoisonMessage, PoisonQueue } from "../../shared/storage/message-queue.ts";

export interface QueueInMemory extends MessageQueue {
  /** What is in it, in the order it becomes visible. */
  readonly messages: readonly QueuedMessage[];
  readonly poison: PoisonQueue;
  /**
   * Works off what is visible, one after the other, as the Functions host does: what was worked at is gone, what failed
   * comes again, and what failed five times is put aside.
   * @returns what the work threw
   */
  drain(work: (body: unknown) => Promise<unknown>): Promise<unknown[]>;
  /** As the host does after the last failure. */
  putAside(body: unknown): void;
  /** Throws in place of the next sends. */
  refuse(times: number): void;
}

interface QueuedMessage {
  body: unknown;
  /** Nobody sees it before. */
  visibleAt: Date;
}

interface Entry extends QueuedMessage {
  dequeueCount: number;
}

const MAX_DEQUEUE_COUNT = 5;

/** A queue on the clock of the test, with its poison queue: a delay passes when the clock is moved. */
export function queueInMemory(clock: Clock): QueueInMemory {
  let entries: Entry[] = [];
  let aside: PoisonMessage[] = [];
  let refusals = 0;
  let count = 0;
  // What a queue gives back was JSON in between.
  const copy = (body: unknown): unknown => JSON.parse(JSON.stringify(body)) as unknown;

  const queue: QueueInMemory = {
    get messages() {
      return entries.toSorted((one, other) => one.visibleAt.getTime() - other.visibleAt.getTime());
    },
    async send(body, { delayMs = 0 } = {}) {
      if (refusals > 0) {
        refusals -= 1;
        throw Object.assign(new Error("The queue is not to be reached."), {
          name: "RestError",
          statusCode: 503,
        });
      }
      const visibleAt = new Date(clock.now().getTime() + delayMs);
      entries.push({ body: copy(body), visibleAt, dequeueCount: 0 });
    },
    peek: async () =>
      entries
        .filter(({ visibleAt }) => visibleAt <= clock.now())
        .slice(0, 32)
        .filter(({ dequeueCount }) => dequeueCount === 0)
        .map(({ body }) => copy(body)),
    async drain(work) {
      const failures: unknown[] = [];
      for (;;) {
        const next = entries.find(({ visibleAt }) => visibleAt <= clock.now());
        if (!next) return failures;
        entries = entries.filter((each) => each !== next);
        next.dequeueCount += 1;
        try {
          await work(copy(next.body));
        } catch (error) {
          failures.push(error);
          if (next.dequeueCount < MAX_DEQUEUE_COUNT) entries.push(next);
          else queue.putAside(next.body);
        }
      }
    },
    putAside(body) {
      count += 1;
      aside.push({ id: `poison-${count}`, body: copy(body), insertedAt: clock.now() });
    },
    refuse(times) {
      refusals = times;
    },
    poison: {
      peek: async () => aside.slice(0, 32),
      async replay(isWanted, toQueue) {
        const wanted = aside.filter(({ body }) => isWanted(body));
        for (const { body } of wanted) await toQueue.send(body);
        aside = aside.filter((message) => !wanted.includes(message));
        return wanted.length;
      },
    },
  };
  return queue;
}
