import { RequestProblem } from "./request-problem.ts";

/** One of the things the app can do: on when its settings are there, wired when it is first used. */
export interface Capability<Service> {
  /** When not, it registers no timer, and its routes answer 503. */
  readonly isConfigured: boolean;
  /**
   * Its service, kept from the first use on.
   * @throws {RequestProblem} 503 when a setting is missing
   */
  service(): Promise<Service>;
}

/**
 * @param name  for messages, such as "registration"
 * @param required  what it cannot do without; of each list of settings one is enough
 */
export function capability<Service>(
  name: string,
  required: readonly (readonly string[])[],
  wire: () => Promise<Service>,
): Capability<Service> {
  const missing = required
    .filter((settings) => settings.every((setting) => !process.env[setting]))
    .map((settings) => settings.join(" or "))
    .join(" and ");
  // The worker has no log yet while it loads; what it prints reaches the host's.
  if (missing) console.warn(`${name} is off: set ${missing} to turn it on`);
  let wired: Promise<Service> | undefined;
  return {
    isConfigured: missing === "",
    async service() {
      if (missing) throw new RequestProblem(503, `Not configured: ${name}. Set ${missing}, then restart.`);
      wired ??= wire();
      try {
        return await wired;
      } catch (error) {
        // A mistake in the settings is looked at again next time, not remembered for the life of the worker.
        wired = undefined;
        throw error;
      }
    },
  };
}

export const STORAGE = ["AzureWebJobsStorage", "AzureWebJobsStorage__accountName"];
