import type { Clock } from "../../../shared/clock.ts";
import type { RpcLogLevel } from "./rpc.ts";

/** One line of the host's log. Holds neither keys nor the query of a URL, unless the app itself logs them. */
export interface LogEntry {
  level: RpcLogLevel;
  /** `Host`, `Function.<name>` for the host's lines on a function, `Function.<name>.User` for the function's own. */
  category: string;
  message: string;
}

export type HostLog = (entry: LogEntry) => void;

/** Prints what the host's default level, information, lets through. */
export function printedLog(clock: Clock): HostLog {
  return ({ level, category, message }) => {
    if (level === "trace" || level === "debug" || level === "none") return;
    const line = `[${clock.now().toISOString()}] ${level} ${category}: ${message}`;
    if (level === "error" || level === "critical") console.error(line);
    else console.log(line);
  };
}
