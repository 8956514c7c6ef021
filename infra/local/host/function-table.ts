import type { FunctionInError, HostFunction } from "./indexing.ts";

/** One line for each function: its name, its trigger, and what fires it. */
export function functionTable(functions: HostFunction[], errors: FunctionInError[], url: string): string {
  const rows = [
    ...functions.map((one) => [one.name, one.trigger, firedBy(one, url)]),
    ...errors.map(({ name, message }) => [name, "in error", message]),
  ];
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return ["Functions:", ...lines.map((line) => `  ${line}`)].join("\n");
}

function firedBy(one: HostFunction, url: string): string {
  if (one.trigger === "timer") {
    return `${one.schedule.expression}${one.runOnStartup ? " and on startup" : ""} (UTC)`;
  }
  if (one.trigger === "queue") return one.queueName;
  return `[${one.methods?.join(",") ?? "all"}] ${url}/${one.route} (${one.authLevel})`;
}
