/**
 * A preload for a program that does not look after itself: when its standard input ends, because its parent wants so
 * or is gone, it is asked to end; and made to, if it does not.
 */
const GRACE_MS = 5000;

process.stdin
  .on("end", () => {
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    process.kill(process.pid, "SIGTERM");
  })
  .resume();
// The input alone must not keep the program alive. A pipe has this method, which its type does not know.
(process.stdin as { unref?: () => void }).unref?.();
