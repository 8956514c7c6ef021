import type { z } from "zod";
import {
  ConfigFileError,
  type FileMistake,
  jsonIn,
  mistakesOfFields,
  mistakesOfName,
} from "../config/config-file.ts";
import type { RoleRules } from "./attendance.ts";
import { TeamFileFields, fieldsAt } from "./team-file-fields.ts";

/** A team's configuration, in our words and units. */
export interface TeamFile {
  /** The file's name without `.json`. */
  team: string;
  /** What mails call the team. */
  displayName: string;
  /** The consented account whose calendar and contacts are read. */
  connection: string;
  mail: TeamMail;
  calendar: TeamCalendar;
  roles: RoleRules;
  /** BCP 47, as Intl knows it. */
  locale: string;
}

export interface TeamMail {
  /** The signed-in account's own address when absent. */
  from?: string;
  /** The sender's own mail servers, which are of use only when it is not the signed-in account. */
  servers?: MailServers;
  to: string[];
  cc: string[];
  replyTo: string[];
  /** Relative to CONFIG_DIR, as are all patterns. */
  pattern: string;
  htmlPattern?: string;
  /** Whether Sent Items are searched when it is not known that a notice went out. */
  verifySent: boolean;
}

export interface MailServers {
  smtp: MailServerPlace;
  imap: MailServerPlace;
}

interface MailServerPlace {
  host: string;
  port: number;
}

interface TeamCalendar {
  name: string;
  topic: string;
  /** How far a pass looks ahead. */
  days: number;
  fullDay: boolean;
  /** An IANA name. */
  timeZone: string;
  /** The open extension that remembers what was announced. */
  extension: string;
  skipDeclined: boolean;
}

/** What a request or a setting says instead of the file. */
export interface TeamOverrides {
  to?: string | readonly string[] | undefined;
  from?: string | undefined;
}

/**
 * Reads a team file.
 * @param team  the file's name without `.json`
 * @param content  the file's text, or what JSON.parse made of it
 * @throws {ConfigFileError} names every mistake at once
 */
export function parseTeamFile(team: string, content: unknown, overrides: TeamOverrides = {}): TeamFile {
  const json = typeof content === "string" ? jsonIn("team", team, content) : content;
  const parsed = TeamFileFields.safeParse(overridden(json, overrides));
  const mistakes = [
    ...mistakesOfName(team),
    ...(parsed.success
      ? []
      : mistakesOfFields("team", parsed.error, fieldsAt).map((mistake) => withSource(mistake, overrides))),
  ];
  if (!parsed.success || mistakes.length > 0) throw new ConfigFileError("team", team, mistakes);
  return teamFileOf(team, parsed.data);
}

/** The file as if it had been written with the overrides. */
function overridden(json: unknown, { to, from }: TeamOverrides): unknown {
  if (!isRecord(json) || !(json.mail === undefined || isRecord(json.mail))) return json;
  const sender = isRecord(json.mail?.from) ? json.mail.from : {};
  const mail = {
    ...json.mail,
    ...(to === undefined ? {} : { to }),
    ...(from === undefined ? {} : { from: { ...sender, address: from } }),
  };
  return { ...json, mail };
}

function withSource({ path, message }: FileMistake, overrides: TeamOverrides): FileMistake {
  const given =
    (path === "mail.to" && overrides.to !== undefined) ||
    (path === "mail.from.address" && overrides.from !== undefined);
  const source = given ? " (given by the request or by a setting, instead of what the file says)" : "";
  return { path, message: message + source };
}

function teamFileOf(team: string, fields: z.infer<typeof TeamFileFields>): TeamFile {
  const { mail, calendar } = fields;
  return {
    team,
    displayName: fields.team,
    connection: fields.connection,
    mail: {
      ...(mail.from.address === undefined ? {} : { from: mail.from.address }),
      ...(mail.from.servers === undefined ? {} : { servers: mail.from.servers }),
      to: mail.to,
      cc: mail.cc,
      replyTo: mail.reply_to,
      pattern: mail.pattern,
      ...(mail.html_pattern === undefined ? {} : { htmlPattern: mail.html_pattern }),
      verifySent: mail.verify_sent,
    },
    calendar: {
      name: calendar.name,
      topic: calendar.topic,
      days: calendar.days,
      fullDay: calendar.full_day,
      timeZone: calendar.time_zone,
      extension: calendar.extension,
      skipDeclined: calendar.skip_declined,
    },
    roles: fields.roles,
    locale: fields.locale,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
