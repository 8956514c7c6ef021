import * as z from "zod";

/** What the ledger keeps of a change: no name; who it was is in the plan of the run. */
export interface MembershipFact {
  /** Who has made it so. */
  runId: string;
  change: "added" | "removed";
  /** Of somebody who was added by their address, once Webex has told it. */
  personId?: string | undefined;
  /** When they came in, ISO 8601, where Webex has told it. */
  created?: string | undefined;
}

/** Reads a fact from the ledger. */
export const MembershipFact: z.ZodType<MembershipFact> = z.object({
  runId: z.string(),
  change: z.enum(["added", "removed"]),
  personId: z.string().optional(),
  created: z.string().optional(),
});
