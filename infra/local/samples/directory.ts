/** Whom Microsoft, Webex and the mail servers of the local stack know. None of it opens anything else. */
import type { WebexSeed } from "../emulators/webex/seed.ts";
import { ORGANIZATION, PEOPLE, ROOMS } from "./organization.ts";

export const WORK_TENANT = {
  id: "2f1c9a54-7d0e-4a38-b8c5-64a0e1d7b3f2",
  domain: "mantabots.onmicrosoft.example",
};

export const CLIENT_ID = "8c1d7f0e-3a52-4f4e-9d1b-7b6a2f5e9c30";
export const CLIENT_SECRET = "local~client~secret";

/** The Webex integration. */
export const WEBEX_CLIENT_ID = "C3b1de7c2f8a94d6b9c0e5d4f7a1b2c3d";
export const WEBEX_CLIENT_SECRET = "local-webex-client-secret";

/** What the voice-mail system shows at our door. */
export const MEDIATOR_TOKEN = "local-mediator-token";

/** The team that mails through its own provider. */
export const MAIL_ACCOUNT = { user: "team@sharkbots.example", password: "local-mail-password" };

/** As `config/teams/sharkbots.json` names them. STARTTLS on both. */
export const MAIL_PORTS = { smtp: 2587, imap: 2143 };

/** @param publicUrl  where the function app answers */
export function sampleWebex(publicUrl: string): WebexSeed {
  return {
    organization: ORGANIZATION,
    people: PEOPLE,
    rooms: ROOMS,
    integrations: [
      {
        id: WEBEX_CLIENT_ID,
        name: "Rollcall (local)",
        secret: WEBEX_CLIENT_SECRET,
        redirectUris: [`${publicUrl}/api/oauth/webex/callback`],
        scopes: [
          "spark-admin:people_read",
          "spark-admin:organizations_read",
          "spark:people_read",
          "spark:memberships_read",
          "spark:memberships_write",
          "spark:rooms_read",
          "meeting:schedules_read",
          "meeting:schedules_write",
          "meeting:preferences_read",
          "meeting:admin_schedule_write",
        ],
      },
    ],
  };
}
