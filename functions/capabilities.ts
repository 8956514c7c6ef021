import type { ConfigSource } from "../shared/config/config-folder.ts";
import type { ConsentRequest } from "../shared/oauth/consent-state.ts";
import { capability, STORAGE } from "./capability.ts";

/** NCRONTAB in UTC: Linux Flex plans have no time zone setting, and the host drops a function whose %SETTING% is unset. */
export const REGISTRATION_SCHEDULE = process.env["REGISTRATION_SCHEDULE"] || "0 0 4 * * *";

/** Announces the sessions of the teams. */
export const registration = capability("registration", [STORAGE, ["MICROSOFT_CLIENT_ID"]], async () => {
  const [{ wireRegistration }, { workerLog }] = await Promise.all([
    import("../shared/registration/wire.ts"),
    import("./logger.ts"),
  ]);
  return wireRegistration(process.env, workerLog);
});

export const MEMBERSHIP_SCHEDULE = process.env["MEMBERSHIP_SCHEDULE"] || "0 30 4 * * *";

/** Keeps the spaces in line with the directory. */
export const membership = capability("membership", [STORAGE, ["WEBEX_CLIENT_ID"]], async () => {
  const [{ wireMembership }, { workerLog }] = await Promise.all([
    import("../shared/membership/wire.ts"),
    import("./logger.ts"),
  ]);
  return wireMembership(process.env, workerLog);
});

export const ABSENCE_SCHEDULE = process.env["ABSENCE_SCHEDULE"] || "0 * * * * *";

/** Tells the voice mail who is away. */
export const absence = capability(
  "the out-of-office monitor",
  [STORAGE, ["MICROSOFT_CLIENT_ID"], ["MICROSOFT_APP_TENANT"], ["MEDIATOR_URL"]],
  async () => {
    const { wireAbsence } = await import("../shared/absence/wire.ts");
    return wireAbsence(process.env);
  },
);

/** Leads the owner of an account through the consent page. */
export const consent = capability(
  "connecting accounts",
  [STORAGE, ["MICROSOFT_CLIENT_ID", "WEBEX_CLIENT_ID"]],
  async () => {
    const { openConsentService } = await import("../shared/oauth/open-consent-service.ts");
    return openConsentService(process.env, { configuredScopes });
  },
);

/** The registry of connections is in the storage account; nothing else is needed to look after them. */
export const connections = capability("the watch over connections", [STORAGE], async () => {
  const [{ wireConnections }, { forgetRuns }, registrations, memberships, { forgetLedger }, { workerLog }] =
    await Promise.all([
      import("../shared/connections/wire.ts"),
      import("../shared/runs/forget-runs.ts"),
      import("../shared/registration/run.ts"),
      import("../shared/membership/space-documents.ts"),
      import("../shared/ledger/forget-ledger.ts"),
      import("./logger.ts"),
    ]);
  return wireConnections(process.env, workerLog, {
    histories: [
      {
        what: "reports of registration runs",
        forget: (storage, limits) => forgetRuns(storage, registrations.REGISTRATION_RUNS, limits),
      },
      {
        what: "reports of membership runs",
        forget: (storage, limits) => forgetRuns(storage, memberships.MEMBERSHIP_RUNS, limits),
      },
      {
        what: "rows and blobs of the ledger",
        // Each says itself how long it is kept, whatever HISTORY_DAYS is.
        forget: (storage, { now, most, signal }) => forgetLedger(storage, { before: now, most, signal }),
      },
    ],
  });
});

/** What team files and the like ask for beyond the capability's own: that is for the capability to say. */
async function configuredScopes(
  { capability: purpose, connection }: ConsentRequest,
  config: ConfigSource,
): Promise<string[]> {
  if (purpose !== "registration") return [];
  const { scopesOfTeams } = await import("../shared/registration/team-scopes.ts");
  return scopesOfTeams(config, process.env, connection);
}
