import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { TestContext } from "node:test";
import { appendToSent } from "../../shared/mail/imap-append.ts";
import { searchSent } from "../../shared/mail/imap-search.ts";
import type { MailServer } from "../../shared/mail/mail-server.ts";
import { composeMime } from "../../shared/mail/message.ts";
import type { Sighting } from "../../shared/mail/sighting.ts";
import { aMessage, LIMITS, redirect } from "./mail-fixtures.ts";

/** A server under test, with an empty account that has a sent folder. */
export interface SearchTarget {
  /** STARTTLS. */
  account: MailServer;
  /** TLS from the first byte. */
  securePort: number;
}

/** Puts copies of mails with these Message-IDs into the sent folder. */
export async function keepCopies(account: MailServer, ...messageIds: string[]): Promise<void> {
  for (const messageId of messageIds) {
    await appendToSent(account, await composeMime(aMessage({ messageId })), new Date(0), LIMITS);
  }
}

export async function searchFor(
  account: MailServer,
  ...messageIds: string[]
): Promise<Record<string, Sighting>> {
  return Object.fromEntries(await searchSent(account, messageIds, LIMITS));
}

/** What holds for the emulator must hold for a server of the world, or the emulator is wrong. */
export function searchCases(what: string, start: (t: TestContext) => Promise<SearchTarget>): void {
  suite(`looking for sent mail on ${what}`, () => {
    test("what was kept is found, and nothing else", async (t) => {
      const { account } = await start(t);
      const odd = `<it's+50%&"more"{1}#2?=*@example.org>`;
      await keepCopies(account, "<one@example.org>", odd, "<three@example.org>");
      assert.deepEqual(await searchFor(account, "<three@example.org>", "<ne@example.org>", odd), {
        "<three@example.org>": { state: "found" },
        "<ne@example.org>": { state: "not_found" },
        [odd]: { state: "found" },
      });
    });

    test("in an empty folder nothing is found", async (t) => {
      const { account } = await start(t);
      assert.deepEqual(await searchFor(account, "<one@example.org>"), {
        "<one@example.org>": { state: "not_found" },
      });
    });

    test("on port 993 it speaks TLS from the first byte", async (t) => {
      const { account, securePort } = await start(t);
      redirect(t, 993, securePort);
      const secure = { ...account, port: 993 };
      assert.deepEqual(await searchFor(secure, "<one@example.org>"), {
        "<one@example.org>": { state: "not_found" },
      });
    });

    test("a wrong password is told, and not repeated", async (t) => {
      const { account } = await start(t);
      const wrong = { ...account, password: "yesterdays-password" };
      const { "<one@example.org>": sighting } = await searchFor(wrong, "<one@example.org>");
      assert.ok(sighting?.state === "unread", JSON.stringify(sighting));
      assert.match(sighting.error, /did not let the account in: .*store its current password again/u);
      assert.doesNotMatch(sighting.error, /yesterdays/u);
    });
  });
}
