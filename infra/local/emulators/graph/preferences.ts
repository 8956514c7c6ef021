import type { IncomingHttpHeaders } from "node:http";
import { GraphError } from "./graph-error.ts";
import { ianaName } from "./time-zone.ts";

/** What a client asked for in Prefer headers. */
export interface Preferences {
  /** The zone of start and end in the answer, as the client wrote it; UTC unless given. */
  timeZone: string;
  bodyType: "text" | "html";
  /** The Preference-Applied header that confirms it; absent when nothing was asked for. */
  applied: Record<string, string>;
}

/**
 * Reads `Prefer: outlook.timezone="…", outlook.body-content-type="…"`.
 * @throws {GraphError} 400: no such time zone
 * @see https://learn.microsoft.com/graph/api/event-get
 */
export function preferencesOf(headers: IncomingHttpHeaders): Preferences {
  const header = String(headers["prefer"] ?? "");
  const timeZone = preference(header, "outlook.timezone");
  const bodyType = preference(header, "outlook.body-content-type");
  if (timeZone !== undefined) requireTimeZone(timeZone);
  const applied = [
    ...(timeZone === undefined ? [] : [`outlook.timezone="${timeZone}"`]),
    ...(bodyType === undefined ? [] : [`outlook.body-content-type="${bodyType}"`]),
  ];
  return {
    timeZone: timeZone ?? "UTC",
    bodyType: bodyType === "text" ? "text" : "html",
    applied: applied.length > 0 ? { "preference-applied": applied.join(", ") } : {},
  };
}

/** @throws {GraphError} 400: neither a Windows nor an IANA name */
export function requireTimeZone(zone: string): void {
  if (ianaName(zone) !== undefined) return;
  throw new GraphError(
    400,
    "TimeZoneNotSupportedException",
    `A valid TimeZone value must be specified. The following TimeZone value is not supported: '${zone}'.`,
  );
}

function preference(header: string, name: string): string | undefined {
  const pattern = new RegExp(`(?:^|[,;])\\s*${name.replaceAll(".", "\\.")}\\s*=\\s*"?([^",;]*)"?`, "i");
  return pattern.exec(header)?.[1];
}
