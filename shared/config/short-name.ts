import * as z from "zod";

/** What teams, connections and spaces are called: fits a file name, a Key Vault secret's name, a URL and a table key. */
export const ShortName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "must be 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends",
  );
