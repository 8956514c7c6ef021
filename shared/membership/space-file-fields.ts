import * as z from "zod";
import { isAddress, missingOr, noAddress, numberField, TextField } from "../config/file-fields.ts";
import { nearestName } from "../config/nearest-name.ts";
import { ShortName } from "../config/short-name.ts";
import { isGarbled, NOT_UTF8 } from "./exclusion-list.ts";

/** How the fields of a space file are written; `space-file.ts` gives them our words. */

/** Whole groups of members that can be kept. */
const KEPT_GROUPS = ["bots", "guests", "moderators"] as const;
export type KeptGroup = (typeof KEPT_GROUPS)[number];

const SpaceId = TextField.transform((text) => text.trim()).pipe(
  z
    .string()
    .regex(/^[\w=-]+$/u, "must be the id that Webex gave the space, such as Y2lzY29zcGFyazovL3VzL1JPT00v…"),
);

/** A list, or one text; empty texts in it exclude nobody. */
const Texts = (what: string) =>
  z
    .preprocess(
      (value) => (typeof value === "string" ? [value] : value),
      z.array(TextField, { error: `must be a list of ${what}` }),
    )
    .transform((texts) => texts.map((text) => text.trim()).filter((text) => text !== ""));

const Addresses = Texts("e-mail addresses").superRefine((texts, context) => {
  for (const [index, text] of texts.entries()) {
    if (!isAddress(text)) context.addIssue({ code: "custom", path: [index], message: noAddress(text) });
  }
});

const Departments = Texts("parts of departments' names").superRefine((texts, context) => {
  for (const [index, text] of texts.entries()) {
    if (isGarbled(text)) context.addIssue({ code: "custom", path: [index], message: NOT_UTF8 });
  }
});

const Keep = Texts("e-mail addresses and of the words bots, guests and moderators")
  .transform((texts) => texts.map((text) => text.toLowerCase()))
  .superRefine((texts, context) => {
    for (const [index, text] of texts.entries()) {
      if (isAddress(text) || isKeptGroup(text)) continue;
      const nearest = text.includes("@") ? undefined : nearestName(text, KEPT_GROUPS);
      const hint = nearest ? `did you mean “${nearest}”?` : "write one, or bots, guests or moderators";
      context.addIssue({ code: "custom", path: [index], message: `${noAddress(text)}; ${hint}` });
    }
  });

/** Whether a word of `keep` stands for a whole group of members. */
export function isKeptGroup(text: string): text is KeptGroup {
  return (KEPT_GROUPS as readonly string[]).includes(text);
}

const WebexSourceFields = { type: z.literal("webex") };
const MicrosoftSourceFields = {
  type: z.literal("microsoft"),
  group: TextField.refine((text) => text.trim() !== "", "must not be empty").optional(),
};

const Source = z.discriminatedUnion(
  "type",
  [z.strictObject(WebexSourceFields), z.strictObject(MicrosoftSourceFields)],
  { error: 'must be {"type": "webex"} or {"type": "microsoft", "group": "…"}' },
);

const MaxRemovalsFields = {
  count: numberField(0, 1_000_000, { whole: true }).default(20),
  percent: numberField(0, 100, { whole: false }).default(10),
};

const TopFields = {
  space_id: SpaceId,
  connection: ShortName.default("default"),
  source: Source.default({ type: "webex" }),
  excluded_emails: Addresses.default([]),
  excluded_departments: Departments.default([]),
  keep: Keep.default(["bots", "guests"]),
  max_removals: z
    .strictObject(MaxRemovalsFields, { error: "must hold count, percent or both" })
    .default({ count: 20, percent: 10 }),
  grace_days: numberField(0, 365, { whole: true }).default(0),
};

export const SpaceFileFields = z.strictObject(TopFields, {
  error: missingOr("must be a JSON object in braces"),
});

const FIELDS: Record<string, object> = {
  "": TopFields,
  source: MicrosoftSourceFields,
  max_removals: MaxRemovalsFields,
};

/** The names of the fields that may stand at a path such as `max_removals`. */
export function fieldsAt(path: string): string[] {
  return Object.keys(FIELDS[path] ?? {});
}
