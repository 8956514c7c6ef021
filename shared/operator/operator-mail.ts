import type { Clock } from "../clock.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import { sendMail } from "../graph/send-mail.ts";
import { withinDeadline } from "../http/deadline.ts";

/** How the operator is reached by mail. */
export interface OperatorMail {
  /** The Microsoft connection it goes through. */
  readonly connection: string;
  /**
   * Tries the connection without a mail, and keeps it alive by that: else one that is there for warnings alone would run
   * out unused, and be found dead when it is needed.
   * @throws {TokenError} it gives no access
   */
  prove(): Promise<void>;
  /** @throws {TokenError | GraphServiceError | GraphUnreachableError | GraphAnswerError} it was not sent, or that is not known */
  send(mail: { messageId: string; subject: string; text: string }): Promise<void>;
}

export interface OperatorMailOptions {
  connection: string;
  address: string;
  clock: Clock;
  /** Obtains an access token for the connection. */
  token: () => Promise<unknown>;
  /** Opens a road to the connection's mailbox, for one mail. */
  graph: (signal: AbortSignal) => Promise<GraphRoad>;
}

const DEADLINE_MS = 60_000;

/** Mail to the operator by Microsoft Graph; each has a minute. */
export function operatorMail({
  connection,
  address,
  clock,
  token,
  graph,
}: OperatorMailOptions): OperatorMail {
  return {
    connection,
    prove: async () => void (await token()),
    send: (mail) =>
      withinDeadline({ milliseconds: DEADLINE_MS, clock }, async (signal) =>
        sendMail(await graph(signal), { ...mail, to: [address], cc: [], replyTo: [] }),
      ),
  };
}
