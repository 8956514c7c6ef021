import type { EmulatorAnswer } from "../emulator.ts";
import type { Call, Json } from "./call.ts";
import { entityAnswer } from "./odata.ts";
import type { UserState } from "./state.ts";

// The directory counts in resource units, and says in each answer what it took:
// https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
const COST = { "x-ms-resource-unit": "1" };

/** The default properties; a personal account's `mail` may be null. @see https://learn.microsoft.com/graph/api/user-get */
export function getUser(call: Call): EmulatorAnswer {
  return entityAnswer(call, renderUser(call.mailbox.user), { type: "user", headers: COST });
}

function renderUser(user: UserState): Json {
  return {
    businessPhones: [],
    displayName: user.displayName,
    givenName: user.givenName,
    jobTitle: null,
    mail: user.mail,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: user.surname,
    userPrincipalName: user.userPrincipalName,
    id: user.id,
  };
}
