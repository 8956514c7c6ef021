import * as z from "zod";

/** The setting GRAPH_URL: Microsoft Graph of the public cloud unless a national one is named; without version or slash at its end. */
export const GraphUrl = z
  .url({ protocol: /^https$/u, error: "must be an https URL" })
  .default("https://graph.microsoft.com")
  .transform((url) => url.replace(/\/+$/u, ""));
