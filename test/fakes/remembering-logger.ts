import type { Logger } from "../../shared/log.ts";

export interface RememberingLogger extends Logger {
  /** Each line, with its level before it. */
  readonly lines: string[];
}

/** A logger that keeps what it is told. */
export function rememberingLogger(): RememberingLogger {
  const lines: string[] = [];
  const keep = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return { lines, info: keep("info"), warn: keep("warn"), error: keep("error") };
}
