/** The app in a process of its own: runs a pass whenever it is told what time it is, and tells what came of it. */
import process from "node:process";
import { fakeClock } from "../fakes/fake-clock.ts";
import { startApp } from "./app.ts";

/** Nobody moves the time on in here: whatever is waited for is over at once, but for deadlines and renewals. */
const LONGEST_PAUSE_MS = 8000;

const [settings = "{}"] = process.argv.slice(2);
const clock = fakeClock(new Date(0), { auto: LONGEST_PAUSE_MS });
const app = await startApp(JSON.parse(settings) as Record<string, string>, clock);

process.on("message", (now: Date) => {
  void clock
    .advance(now.getTime() - clock.now().getTime())
    .then(() => app.run())
    .then((outcome) => process.send?.(outcome));
});
// It has no life of its own.
process.on("disconnect", () => process.exit());
