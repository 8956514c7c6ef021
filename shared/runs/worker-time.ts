/** How workers share the time of the function they run in, which host.json ends after 10 minutes. */

/** What is not done by then is stopped, with time left to report it. */
export const END_WITHIN_MS = 9.5 * 60_000;
/** What another is busy with is looked at again after it. */
export const BUSY_MS = 30_000;
