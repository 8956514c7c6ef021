/** Whether a URL's host name is this very machine: nothing that is sent there goes over a network. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])$/u.test(hostname);
}
