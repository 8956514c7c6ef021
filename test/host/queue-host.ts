/**
 * `node queue-host.ts APP_ROOT INVISIBILITY_MS` serves an app on this process's environment until it is killed, and
 * prints each line of its log.
 */
import { startHost } from "../../infra/local/host/host.ts";

const [, , appRoot = "", invisibility] = process.argv;
await startHost({
  appRoot,
  port: 0,
  hostKey: "h",
  masterKey: "m",
  queueInvisibilityMs: Number(invisibility),
  log: ({ message }) => process.stdout.write(`${message}\n`),
});
