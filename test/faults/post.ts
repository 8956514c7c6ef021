import PostalMime from "postal-mime";
import type { Mail } from "./history.ts";
import { readNotice } from "./notice-text.ts";
import { COACH, SENDER, SENT_FOLDER, type Services } from "./services.ts";

/** The mails that servers take from the team, by whichever road. */
export class Post {
  readonly #services: Services;
  #seen = { graph: 0, smtp: 0 };

  /** Begins with no mail at all. */
  constructor(services: Services) {
    this.#services = services;
    services.graph.mailbox(COACH).forgetMail();
    services.smtp.mails.length = 0;
    for (const mails of services.imap.folders(SENDER.user).values()) mails.length = 0;
  }

  /** What was taken since the last time; mails by SMTP are still to be read. */
  collect(): (Mail | { kind: "raw mail"; source: string })[] {
    const { sent } = this.#services.graph.mailbox(COACH);
    const { mails } = this.#services.smtp;
    const fresh = [
      ...sent
        .slice(this.#seen.graph)
        .map(({ text = "", internetMessageId: messageId }) => mailOf(text, messageId)),
      ...mails.slice(this.#seen.smtp).map(({ source }) => ({ kind: "raw mail" as const, source })),
    ];
    this.#seen = { graph: sent.length, smtp: mails.length };
    return fresh;
  }

  /** Message-IDs of the mails in the sent folder of who sends by SMTP. */
  copies(): ReadonlySet<string> {
    const mails = this.#services.imap.folders(SENDER.user).get(SENT_FOLDER) ?? [];
    return new Set(mails.flatMap(({ source }) => /^Message-ID: (\S+)/im.exec(source)?.[1] ?? []));
  }
}

export async function readMime(source: string): Promise<Mail> {
  const { text = "", messageId = "" } = await PostalMime.parse(Buffer.from(source, "latin1"));
  return mailOf(text, messageId);
}

function mailOf(text: string, messageId: string): Mail {
  return { kind: "mail", messageId, ...readNotice(text) };
}
