/** The shortest pause between two polls. */
export const SHORTEST_POLL_MS = 100;
const SPREAD = 0.2;

/**
 * How long the host waits before it asks a queue again: 100 ms after one that had messages, then about twice as long
 * each time there are none, up to the longest of host.json.
 * @see https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Common/src/Shared/Timers/RandomizedExponentialBackoffStrategy.cs
 */
export class PollingDelay {
  readonly #longestMs: number;
  readonly #random: () => number;
  #currentMs = 0;
  #exponent = 0;

  /** @param random  from 0 to 1: spreads hosts that began together */
  constructor(longestMs: number, random: () => number = Math.random) {
    this.#longestMs = longestMs;
    this.#random = random;
  }

  /** @param found  whether there were messages since the last pause */
  next(found: boolean): number {
    if (found) {
      this.#currentMs = SHORTEST_POLL_MS;
      this.#exponent = 1;
    } else if (this.#currentMs !== this.#longestMs) {
      const increment =
        this.#exponent === 0
          ? 0
          : (1 - SPREAD + 2 * SPREAD * this.#random()) * 2 ** (this.#exponent - 1) * SHORTEST_POLL_MS;
      this.#currentMs = Math.min(SHORTEST_POLL_MS + increment, this.#longestMs);
      this.#exponent += 1;
    }
    return this.#currentMs;
  }
}
