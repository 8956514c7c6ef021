import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { appendToSent } from "../../shared/mail/imap-append.ts";
import type { MailServer } from "../../shared/mail/mail-server.ts";
import { composeMime } from "../../shared/mail/message.ts";
import { appendCases } from "./append-cases.ts";
import { dovecotIsMissing, startDovecot } from "./dovecot-server.ts";
import type { Dovecot } from "./dovecot-server.ts";
import { ACCOUNT, accountAt, aMessage, LIMITS, trustedCertificate } from "./mail-fixtures.ts";
import { searchCases } from "./search-cases.ts";

const missing = dovecotIsMissing();

/** A mailbox of its own for each case. */
const MAILBOXES = Array.from({ length: 10 }, (_, index) => ({ ...ACCOUNT, user: `box${index}@example.org` }));
const FULL = { ...ACCOUNT, user: "full@example.org", quotaBytes: 10 };

suite("on a real server", { skip: missing }, () => {
  let dovecot: Dovecot;
  const unused = [...MAILBOXES];

  before(async () => {
    dovecot = await startDovecot(await trustedCertificate(), [...MAILBOXES, FULL]);
  });
  after(() => dovecot.stop());

  test("a Dovecot mailbox that is full says so", async () => {
    const mime = await composeMime(aMessage());
    const appending = appendToSent(accountAt(dovecot.port, FULL), mime, new Date(0), LIMITS);
    await assert.rejects(appending, { reason: "refused", message: /\[OVERQUOTA\]/, whatToDo: /Make room/ });
  });

  const start = (): Promise<{ account: MailServer; securePort: number }> => {
    const account = accountAt(dovecot.port, unused.pop());
    return Promise.resolve({ account, securePort: dovecot.securePort });
  };
  appendCases("Dovecot", start);
  searchCases("Dovecot", start);
});
