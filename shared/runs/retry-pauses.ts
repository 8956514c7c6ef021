/** The pauses before the second, third and fourth try of a run that failed for a reason that may pass, minutes. */
export const RETRY_AFTER_MINUTES = [15, 60, 180];

/** 0 is the first. */
export const LAST_ATTEMPT = 3;
