import * as z from "zod";

/** Somebody is to be watched from now on, or no more. */
export interface MonitorRequest {
  /** Letter for letter as it was sent: by this name the mediator knows them. */
  email: string;
  monitor: boolean;
}

/** The words of the program whose place this takes. */
export type MonitorRefusal = "Not JSON" | "Invalid JSON";

/** Far more than the two fields need, characters. */
const LONGEST_BODY = 16 * 1024;
/** @see https://www.rfc-editor.org/errata/eid1690 */
const LONGEST_EMAIL = 320;

const MonitorBody = z.strictObject({
  // It goes into addresses and rows: no control characters, no halves of surrogate pairs.
  email: z
    .string()
    .max(LONGEST_EMAIL)
    .refine((email) => email.trim() !== "" && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(email)),
  status: z.union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false"] })]),
});

/**
 * Reads `{"email","status"}`, where the status is `"True"`, `"False"`, or a boolean.
 * @param contentType  JSON must be declared to be JSON
 */
export function parseMonitorRequest(
  contentType: string | null,
  body: string,
): { request: MonitorRequest } | { refusal: MonitorRefusal } {
  if (!isJson(contentType ?? "")) return { refusal: "Not JSON" };
  const parsed = MonitorBody.safeParse(jsonOf(body));
  if (!parsed.success) return { refusal: "Invalid JSON" };
  const { email, status } = parsed.data;
  return { request: { email, monitor: status } };
}

function isJson(contentType: string): boolean {
  const [type = ""] = contentType.split(";", 1);
  return /^application\/(?:[\w.!#$&^-]+\+)?json$/iu.test(type.trim());
}

function jsonOf(body: string): unknown {
  if (body.length > LONGEST_BODY) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
