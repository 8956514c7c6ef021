import type { Clock } from "./clock.ts";
import { firstLineOf } from "./error-message.ts";
import { withinDeadline } from "./http/deadline.ts";

/** How a part of the app is: whether it is used, and what is wrong with it. */
export interface PartHealth {
  /** `off`: not configured, which is a choice. */
  state: "ok" | "off" | "wrong";
  /** What it uses, or what to correct. Never secret. */
  detail: string;
}

export interface HealthReport {
  /** `wrong` when one part is. */
  status: "ok" | "wrong";
  parts: Record<string, PartHealth>;
}

/** Looks at one part; what it throws is what is wrong with it. */
export type Examination = () => Promise<PartHealth>;

const DEADLINE_MS = 15_000;

/** Looks at every part, side by side, each for 15 s at the most. Never throws. */
export async function examine(
  examinations: Readonly<Record<string, Examination>>,
  { clock }: { clock: Clock },
): Promise<HealthReport> {
  const parts = await Promise.all(
    Object.entries(examinations).map(async ([part, look]): Promise<[string, PartHealth]> => [
      part,
      await lookAt(look, clock),
    ]),
  );
  const isWrong = parts.some(([, { state }]) => state === "wrong");
  return { status: isWrong ? "wrong" : "ok", parts: Object.fromEntries(parts) };
}

async function lookAt(look: Examination, clock: Clock): Promise<PartHealth> {
  try {
    return await withinDeadline({ milliseconds: DEADLINE_MS, clock }, look);
  } catch (error) {
    return { state: "wrong", detail: firstLineOf(error) };
  }
}
