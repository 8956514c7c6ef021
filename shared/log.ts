/**
 * What the product says while it works. Levels mean something:
 * error = a person must act, warn = it healed or was skipped oddly, info = one line per run.
 * Names, addresses, mail bodies and anything secret are never log material.
 */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
