/** What can be changed while the emulator runs. */
export interface WebexSettings {
  /**
   * The most people in a space: "Each space can have a maximum of 5,000 people in it", as copies of Webex's help article
   * "Add people to a space" say (https://help.webex.com/n35gqwcb). The API's own documents name no number.
   */
  spaceLimit: number;
  /**
   * How an addition to a full space is refused. Webex documents no answer for it. Its words for 409, "conflicts with some
   * established rule of the system", fit as well as 403 does: who takes 409 for "already there" tries both.
   */
  fullSpaceStatus: 403 | 409 | 400;
  /** How a space is refused to somebody it does not concern; 404 is what has been seen, 403 is documented as well. */
  strangerStatus: 404 | 403;
  /**
   * The most items on a page: "If the requested max query parameter value exceeds what a particular API endpoint allows,
   * only the maximum number of items allowed per page for that endpoint will be returned"
   * (https://developer.webex.com/docs/basics#pagination). The number is documented for rooms, 1000; people and
   * memberships are asked for as many in the field.
   */
  largestPage: { people: number; memberships: number };
  /**
   * How `loginEnabled` and `invitePending` are written. Webex publishes the texts "true" and "false"
   * (https://developer.webex.com/docs/api/v1/people/list-people); the service has been seen to send booleans.
   */
  flags: "text" | "boolean";
  /** Of one account with one integration. Webex has limits and publishes none of them; unlimited unless set. */
  rateLimit?: RateLimit | undefined;
}

export interface RateLimit {
  requestsPerSecond: number;
  /** How many can come at once after a pause; as many as in a second unless given. */
  burst?: number;
}

export function defaultSettings(): WebexSettings {
  return {
    spaceLimit: 5000,
    fullSpaceStatus: 403,
    strangerStatus: 404,
    largestPage: { people: 1000, memberships: 1000 },
    flags: "text",
  };
}
