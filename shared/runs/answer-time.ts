/** How long whoever forces runs is kept waiting, and how runs share that time; what is left then goes on in the queue. */

/** An answer that takes longer than 230 s is cut off by the platform's load balancer, and ours takes 200 s at the most. */
export const ANSWER_WITHIN_MS = 190_000;
/** What is begun before has time to end well. */
export const BEGIN_TO_ANSWER_WITHIN_MS = 150_000;
/** Connections do not wait for one another; the runs of so many are made side by side. */
export const CONNECTIONS_SIDE_BY_SIDE = 4;
