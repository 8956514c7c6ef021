/** What can be changed while the emulator runs. */
export interface GraphSettings {
  extensionExpand: ExtensionExpand;
  /** From sending a message to its copy in Sent Items, by the emulator's clock: for messages sent from now on. */
  sentItemsDelayMs: number;
  messageOnItsWay: MessageOnItsWay;
  /**
   * The most items on a page, whatever `$top` asks for. Page sizes are the service's to choose: who wants all follows
   * `@odata.nextLink` (https://learn.microsoft.com/graph/paging).
   */
  largestPage: number;
  /**
   * What the latency is of: of each part of a batch, which the service carries out four at a time, or of the batch as
   * the way there and back, with all its parts done at once.
   */
  batchLatency: "per-part" | "per-batch";
  /** Of every batch, each part that stands at a multiple of this is refused with 429; none when it is absent. */
  throttledParts?: ThrottledParts;
}

export interface ThrottledParts {
  /** 2 refuses half of them. */
  every: number;
  retryAfterSeconds: number;
}

/**
 * What a mailbox shows of a sent message before its copy is in Sent Items.
 * - "draft": Outlook saves what it was given in Drafts, answers, and moves it to Sent Items when transport has taken it
 *   over (https://learn.microsoft.com/graph/outlook-things-to-know-about-send-mail)
 * - "hidden": nothing, as while the service is behind with what it shows
 */
export type MessageOnItsWay = "draft" | "hidden";

/**
 * What a collection answers to `$expand=extensions($filter=id eq '…')`. Microsoft documents the expansion for events
 * (https://learn.microsoft.com/graph/api/opentypeextension-get), not how an event without such an extension looks, and
 * not for calendarView, where other expansions have been seen to be ignored
 * (https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3281).
 * - "lists": every event has `extensions`, an empty list when there is none
 * - "omits-empty": an event that has none lacks the property
 * - "ignores": no event has it
 */
export type ExtensionExpand = "lists" | "omits-empty" | "ignores";
