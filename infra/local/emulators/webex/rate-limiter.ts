import type { RateLimit } from "./settings.ts";

interface Bucket {
  tokens: number;
  /** Milliseconds since 1970. */
  filledAt: number;
}

/** Lets so many requests a second pass, and as many at once as have not been made before. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();

  /** @returns undefined for a request that may pass, otherwise whole seconds until one may */
  take(
    key: string,
    { requestsPerSecond, burst = requestsPerSecond }: RateLimit,
    now: Date,
  ): number | undefined {
    const bucket = this.#buckets.get(key) ?? { tokens: burst, filledAt: now.getTime() };
    this.#buckets.set(key, bucket);
    const passed = (now.getTime() - bucket.filledAt) / 1000;
    bucket.tokens = Math.min(burst, bucket.tokens + passed * requestsPerSecond);
    bucket.filledAt = now.getTime();
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / requestsPerSecond));
    bucket.tokens -= 1;
    return undefined;
  }
}
