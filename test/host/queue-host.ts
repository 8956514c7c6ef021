/**
 * `node queue-host.ts APP_ROOT INVISIBILITY_MS` serves an app on this process's environment until it is killed, and
 * prints each line of its log, and where it listens.
 */
import { startHost } from "../../infra/local/host/host.ts";

const [, , appRoot = "", invisibility] = process.argv;
const { url } = await startHost({
  appRoot,
  port: 0,
  hostKey: "h",
  masterKey: "m",
  queueInvisibilityMs: Number(invisibility),
  log: ({ message }) => process.stdout.write(`${message}\n`),
});
process.stdout.write(`listening on ${url}\n`);
// It does not outlive who holds its other end, if anybody does.
process.on("disconnect", () => process.exit());
