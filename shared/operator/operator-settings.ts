import * as z from "zod";
import { ShortName } from "../config/short-name.ts";

/** Who is told of what needs a person, and how. */
export const OperatorSettings = z.object({
  OPERATOR_ADDRESS: z.email("must be one mail address").optional(),
  OPERATOR_MAIL_CONNECTION: ShortName.optional(),
});
