/** Whether nobody else can read what is sent to a URL: it is encrypted, or does not leave this very machine. */
export function isPrivate({ protocol, hostname }: URL): boolean {
  const isLoopback = /^(?:localhost|127\.0\.0\.1|\[::1\])$/u.test(hostname);
  return protocol === "https:" || (protocol === "http:" && isLoopback);
}
