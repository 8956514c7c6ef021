import * as z from "zod";
import { isPrivate } from "../config/private-url.ts";
import { type Environment, parseSettings } from "../config/settings.ts";
import { GraphUrl } from "../graph/graph-url.ts";
import { SPOKEN_CHOICES, type SpokenChoice } from "./spoken-text.ts";

export interface AbsenceSettings {
  graphUrl: string;
  /** Without a slash at its end. */
  mediatorUrl: string;
  /** In the order given, each once. */
  webhooks: string[];
  message: SpokenChoice;
}

/** A user in an address would be a secret in a setting. */
function isBare(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password, hash } = new URL(url);
  return username === "" && password === "" && hash === "";
}

const Settings = z
  .object({
    GRAPH_URL: GraphUrl,
    MEDIATOR_URL: z
      .url({ protocol: /^https?$/u, error: "must be an http or https URL" })
      .refine((url) => isBare(url) && !url.includes("?"), "must be without a user, a query or a fragment")
      .transform((url) => url.replace(/\/+$/u, "")),
    ABSENCE_WEBHOOKS: z
      .string()
      .default("")
      .transform((text) => [...new Set(text.split(/[\s,]+/u))].filter((url) => url !== ""))
      .refine(
        (urls) => urls.every((url) => isBare(url) && isPrivate(new URL(url))),
        "must be https URLs without a user or a fragment, separated by commas; http is for localhost only",
      ),
    ABSENCE_MESSAGE: z
      .enum(SPOKEN_CHOICES, { error: `must be one of ${SPOKEN_CHOICES.join(", ")}` })
      .default("audience"),
  })
  .transform((env): AbsenceSettings => ({
    graphUrl: env.GRAPH_URL,
    mediatorUrl: env.MEDIATOR_URL,
    webhooks: env.ABSENCE_WEBHOOKS,
    message: env.ABSENCE_MESSAGE,
  }));

/** @throws {SettingsError} names every setting that is missing or wrong */
export function absenceSettingsFrom(env: Environment): AbsenceSettings {
  return parseSettings(env, Settings);
}
