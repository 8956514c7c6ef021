import * as z from "zod";
import { isAddress, missingOr, noAddress, numberField, TextField } from "../config/file-fields.ts";
import { ShortName } from "../config/short-name.ts";
import type { RoleRules } from "./attendance.ts";
import { ianaTimeZone } from "../time-zone.ts";

/** How the fields of a team file are written; `team-file.ts` gives them our words. */

const FilledText = TextField.refine((text) => text.trim() !== "", "must not be empty");

// Python wrote its booleans into the first team files, as texts.
const YesOrNo = z.unknown().transform((value, context): boolean => {
  const word = String(value).trim().toLowerCase();
  if (word === "true" || word === "false") return word === "true";
  context.addIssue("must be true or false");
  return z.NEVER;
});

/** A part that is not there is read as an empty one, so that each of its missing fields is named. */
function section<Schema extends z.ZodType>(fields: Schema) {
  return z.preprocess((value) => (value === undefined ? {} : value), fields);
}

const Address = TextField.transform((text, context) => {
  const address = text.trim();
  if (isAddress(address)) return address;
  context.addIssue(noAddress(address));
  return z.NEVER;
});

/** One address, several in one text parted by commas, or a list; each once. */
const Addresses = z.unknown().transform((value, context): string[] => {
  const texts: unknown[] =
    typeof value === "string" ? value.split(/[,;]/) : Array.isArray(value) ? value : [];
  if (texts.length === 0)
    context.addIssue(missingOr("must be an address or a list of addresses")({ input: value }));
  const byMailbox = new Map<string, string>();
  for (const text of texts) {
    const address = typeof text === "string" ? text.trim() : JSON.stringify(text);
    if (!isAddress(address)) context.addIssue(noAddress(address));
    else if (!byMailbox.has(address.toLowerCase())) byMailbox.set(address.toLowerCase(), address);
  }
  return [...byMailbox.values()];
});

const PatternPath = FilledText.transform((text, context) => {
  const steps = text.split("/").filter((step) => step !== ".");
  if (!/^\/|\\|^[a-z][a-z0-9+.-]*:|\0/i.test(text) && steps.every((step) => step !== ".." && step !== "")) {
    return steps.join("/");
  }
  context.addIssue(`“${text}” must be a path inside the configuration folder, such as conf/mail-pattern.txt`);
  return z.NEVER;
});

const TimeZone = TextField.transform((text, context) => {
  const zone = ianaTimeZone(text);
  if (zone !== undefined) return zone;
  context.addIssue(`“${text}” is not a time zone; write one such as America/New_York, or its Windows name`);
  return z.NEVER;
});

const Locale = TextField.transform((text, context) => {
  try {
    const [locale] = Intl.DateTimeFormat.supportedLocalesOf(text.trim());
    if (locale !== undefined) return locale;
  } catch {
    // Not even the form of a language tag: said below, with the rest.
  }
  context.addIssue(`“${text}” is not a language that is known here; write one such as en-US or fr-FR`);
  return z.NEVER;
});

const ServerFields = {
  host: FilledText.transform((text) => text.trim()),
  port: numberField(1, 65_535, { whole: true }),
};
const Server = z.strictObject(ServerFields, { error: missingOr("must hold host and port") });

const FromFields = {
  address: Address.optional(),
  smtp_server: Server.optional(),
  imap_server: Server.optional(),
};

/** Who names one of the two servers needs both: an empty one stands in, so that its missing fields are named. */
function withBothServers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const named = "smtp_server" in value || "imap_server" in value;
  return named ? { smtp_server: {}, imap_server: {}, ...value } : value;
}

const From = z.preprocess(
  withBothServers,
  z
    .strictObject(FromFields, { error: "must hold address, and the servers of a foreign one" })
    .transform(({ address, smtp_server: smtp, imap_server: imap }) => ({
      address,
      servers: smtp && imap ? { smtp, imap } : undefined,
    })),
);

const MailFields = {
  from: From.prefault({}),
  to: Addresses,
  cc: Addresses.default([]),
  reply_to: Addresses.default([]),
  pattern: PatternPath,
  html_pattern: PatternPath.optional(),
  verify_sent: YesOrNo.default(false),
};

const CalendarFields = {
  name: FilledText,
  topic: TextField.default("Team Session"),
  // Outlook refuses to expand a longer calendar view.
  days: numberField(1, 1825, { whole: true }).default(1),
  full_day: YesOrNo.default(true),
  time_zone: TimeZone.default("America/New_York"),
  extension: TextField.regex(
    /^[A-Za-z][\w.-]{0,99}$/,
    "must be a name of letters, digits, dots and hyphens, such as org.mantabots",
  ).default("org.mantabots"),
  skip_declined: YesOrNo.default(false),
};

const Words = z.array(FilledText, { error: "must be a list of texts" }).optional();

const RoleFields = {
  by: z.enum(["job_title", "category"], { error: "must be job_title or category" }).default("job_title"),
  students: Words,
  adults: Words,
  mentors: Words,
};

const USUAL_ROLES = {
  job_title: { students: ["Team Member"], adults: ["Coach"], mentors: ["Mentor"] },
  category: { students: ["Student"], adults: ["Adult"], mentors: ["Mentor"] },
};

const Roles = z
  .strictObject(RoleFields, { error: "must hold by, students, adults and mentors" })
  .transform(({ by, students, adults, mentors }): RoleRules => {
    const usual = USUAL_ROLES[by];
    return {
      by,
      students: students ?? usual.students,
      adults: adults ?? usual.adults,
      mentors: mentors ?? usual.mentors,
    };
  });

const TopFields = {
  team: FilledText,
  connection: ShortName.default("default"),
  mail: section(z.strictObject(MailFields, { error: "must hold to and pattern" })),
  calendar: section(z.strictObject(CalendarFields, { error: "must hold name" })),
  roles: Roles.prefault({}),
  locale: Locale.default("en-US"),
};

export const TeamFileFields = z.strictObject(TopFields, { error: "must be a JSON object in braces" });

const FIELDS: Record<string, object> = {
  "": TopFields,
  mail: MailFields,
  "mail.from": FromFields,
  "mail.from.smtp_server": ServerFields,
  "mail.from.imap_server": ServerFields,
  calendar: CalendarFields,
  roles: RoleFields,
};

/** The names of the fields that may stand at a path such as `mail.from`. */
export function fieldsAt(path: string): string[] {
  return Object.keys(FIELDS[path] ?? {});
}
