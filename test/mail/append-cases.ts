import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { TestContext } from "node:test";
import { ImapFlow } from "imapflow";
import { appendToSent, ImapAppendError } from "../../shared/mail/imap-append.ts";
import type { MailServer } from "../../shared/mail/mail-server.ts";
import { composeMime } from "../../shared/mail/message.ts";
import { aMessage, everythingIn, LIMITS, redirect } from "./mail-fixtures.ts";

/** A server under test, with an account whose folder `Sent` is flagged \Sent. */
export interface AppendTarget {
  /** STARTTLS. */
  account: MailServer;
  /** TLS from the first byte. */
  securePort: number;
}

interface ReadMail {
  source: string;
  flags: string[];
  internalDate: Date;
}

const DATE = new Date("2026-11-03T13:05:07Z");

/** What holds for the emulator must hold for a server of the world, or the emulator is wrong. */
export function appendCases(what: string, start: (t: TestContext) => Promise<AppendTarget>): void {
  suite(`keeping a copy on ${what}`, () => {
    test("the copy is in the sent folder, read, dated, and the same to the byte", async (t) => {
      const { account } = await start(t);
      const mime = await composeMime(aMessage({ subject: "Séance 🤖", text: "Hello\n.\nFrom Zoë\n" }));
      assert.deepEqual(await appendToSent(account, mime, DATE, LIMITS), { folder: "Sent" });
      const [mail, ...others] = await readFolder(account, "Sent");
      assert.equal(others.length, 0);
      assert.equal(mail?.source, mime.toString("latin1"));
      assert.ok(mail.flags.includes("\\Seen"));
      assert.deepEqual(mail.internalDate, DATE);
    });

    test("on port 993 it speaks TLS from the first byte", async (t) => {
      const { account, securePort } = await start(t);
      redirect(t, 993, securePort);
      const mime = await composeMime(aMessage());
      assert.deepEqual(await appendToSent({ ...account, port: 993 }, mime, DATE, LIMITS), { folder: "Sent" });
    });

    test("a copy of several megabytes is kept", async (t) => {
      const { account } = await start(t);
      const mime = await composeMime(aMessage({ text: "line after line\n".repeat(200_000) }));
      await appendToSent(account, mime, DATE, LIMITS);
      const [mail] = await readFolder(account, "Sent");
      assert.equal(mail?.source.length, mime.length);
    });

    test("a copy is found again by its Message-ID", async (t) => {
      const { account } = await start(t);
      for (const messageId of ["<one@example.org>", "<two@example.org>"]) {
        await appendToSent(account, await composeMime(aMessage({ messageId })), DATE, LIMITS);
      }
      assert.deepEqual(await searchFolder(account, "Sent", "<two@example.org>"), [2]);
      assert.deepEqual(await searchFolder(account, "Sent", "<three@example.org>"), []);
    });

    test("a wrong password is told apart, and not told", async (t) => {
      const { account } = await start(t);
      const wrong = { ...account, password: "yesterdays-password" };
      const error: unknown = await appendToSent(wrong, await composeMime(aMessage()), DATE, LIMITS).catch(
        (caught: unknown) => caught,
      );
      assert.ok(error instanceof ImapAppendError && error.reason === "credentials", everythingIn(error));
      assert.ok(!everythingIn(error).includes("yesterdays"));
    });
  });
}

async function connectTo({ host, port, user, password }: MailServer): Promise<ImapFlow> {
  const client = new ImapFlow({
    host,
    port,
    doSTARTTLS: true,
    auth: { user, pass: password },
    logger: false,
  });
  await client.connect();
  return client;
}

async function readFolder(server: MailServer, folder: string): Promise<ReadMail[]> {
  const client = await connectTo(server);
  await client.mailboxOpen(folder, { readOnly: true });
  const mails: ReadMail[] = [];
  for await (const message of client.fetch("1:*", { source: true, flags: true, internalDate: true })) {
    mails.push({
      source: message.source?.toString("latin1") ?? "",
      flags: [...(message.flags ?? [])],
      internalDate: new Date(message.internalDate ?? 0),
    });
  }
  await client.logout();
  return mails;
}

async function searchFolder(server: MailServer, folder: string, messageId: string): Promise<number[]> {
  const client = await connectTo(server);
  await client.mailboxOpen(folder, { readOnly: true });
  const found = await client.search({ header: { "message-id": messageId } }, { uid: true });
  await client.logout();
  return found || [];
}
