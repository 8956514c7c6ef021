import type { Clock } from "../../shared/clock.ts";
import { startApp } from "./app.ts";
import { openGate } from "./gate.ts";
import type { PassOutcome } from "./history.ts";
import { type HostPlaces, settingsOf } from "./host-settings.ts";

/** What runs the app, with connections of its own. */
export interface Host {
  /** Runs one pass; ends at once when the host is cut off. */
  run(): Promise<PassOutcome>;
  /** From now on it reaches nobody, and nobody hears of it. */
  cutOff(): void;
  isCutOff(): boolean;
  /** As if it were frozen as long as that goes on. */
  freeze(until: Promise<unknown>): void;
  /** How often something went through one of its connections. */
  activity(): number;
  /** Whether it talks with a mail server, which may take its time, but comes to an end by itself. */
  isMailing(): boolean;
  close(): void;
}

export type StartHost = (places: HostPlaces, clock: Clock) => Promise<Host>;

/** Starts the app in this process. When it is cut off it is abandoned: its connections are dead, and time stands still for it. */
export const startHost: StartHost = async (places, clock) => {
  const gate = await openGate(places.ports);
  const { promise: end, resolve } = Promise.withResolvers<PassOutcome>();
  let isCutOff = false;
  const ownClock: Clock = {
    now: () => clock.now(),
    sleep: async (milliseconds, signal) => {
      if (!isCutOff) await clock.sleep(milliseconds, signal);
      if (isCutOff) await new Promise(() => undefined);
    },
  };
  const app = await startApp(settingsOf({ ...places, ports: gate.ports }), ownClock);
  return {
    run: () => Promise.race([end, app.run()]),
    isCutOff: () => isCutOff,
    cutOff: () => {
      isCutOff = true;
      gate.cut();
      resolve({ kind: "cut off" });
    },
    freeze: (until) => gate.hold(until),
    activity: () => gate.activity(),
    isMailing: () => gate.open("smtp") + gate.open("imap") > 0,
    close: () => gate.close(),
  };
};
