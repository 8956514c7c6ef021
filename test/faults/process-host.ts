import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openGate } from "./gate.ts";
import type { PassOutcome } from "./history.ts";
import type { StartHost } from "./host.ts";
import { settingsOf } from "./host-settings.ts";

const PROGRAM = fileURLToPath(new URL("app-process.ts", import.meta.url));

/** Starts the app in a process of its own, which is killed when it is cut off: it can do nothing about it, and finish nothing. */
export const startProcessHost: StartHost = async (places, clock) => {
  const gate = await openGate(places.ports);
  const settings = settingsOf({ ...places, ports: gate.ports });
  const child = fork(PROGRAM, [JSON.stringify(settings)], { serialization: "advanced" });
  let isCutOff = false;
  return {
    run: () =>
      new Promise<PassOutcome>((resolve) => {
        child.once("message", (outcome) => resolve(outcome as PassOutcome));
        child.once("exit", (code, signal) =>
          resolve(isCutOff ? { kind: "cut off" } : { kind: "failed", why: `exit ${code ?? signal}` }),
        );
        child.send(clock.now());
      }),
    isCutOff: () => isCutOff,
    cutOff: () => {
      isCutOff = true;
      child.kill("SIGKILL");
      gate.cut();
    },
    freeze: (until) => gate.hold(until),
    activity: () => gate.activity(),
    isMailing: () => gate.open("smtp") + gate.open("imap") > 0,
    close: () => {
      if (child.connected) child.disconnect();
      gate.close();
    },
  };
};
