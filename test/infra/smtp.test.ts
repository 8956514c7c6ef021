import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Wire } from "../../infra/local/emulators/imap/wire.ts";
import { startSmtp } from "../../infra/local/emulators/smtp.ts";
import { sendBySmtp } from "../../shared/mail/smtp-send.ts";
import { ACCOUNT, accountAt, LIMITS, temporaryDirectory, trustedCertificate } from "../mail/mail-fixtures.ts";

suite("the SMTP emulator", () => {
  test("takes neither password nor mail in the clear", async (t) => {
    const server = await startSmtp({ certificate: await trustedCertificate(), accounts: [ACCOUNT] });
    t.after(() => server.close());
    const socket = connect(server.port, "127.0.0.1");
    t.after(() => socket.destroy());
    await once(socket, "connect");
    const wire = new Wire(socket);
    assert.match((await wire.line()) ?? "", /^220 /);
    for (const [command, answer] of [
      ["AUTH PLAIN AGFkYQBieXJvbg==", /^5\d\d /],
      ["HELO here", /^250 /],
      ["AUTH PLAIN AGFkYQBieXJvbg==", /^538 /],
      ["MAIL FROM:<robots@example.org>", /^530 /],
    ] as const) {
      wire.send(command);
      assert.match((await wire.line()) ?? "", answer, command);
    }
  });

  test("may keep a mail and refuse it, or say nothing, on demand", async (t) => {
    const server = await startSmtp({ certificate: await trustedCertificate(), accounts: [ACCOUNT] });
    t.after(() => server.close());
    const mime = Buffer.from("Subject: hello\r\n\r\nhello\r\n");
    const overdue = new AbortController();
    const send = async (): Promise<unknown> =>
      sendBySmtp(
        accountAt(server.port),
        mime,
        { from: "a@example.org", to: ["b@example.org"] },
        { ...LIMITS, signal: overdue.signal },
      );
    server.faults.add({ kind: "status-after", method: "DATA" });
    await assert.rejects(send(), { name: "MailRefusedError" });
    assert.equal(server.mails.length, 1);
    server.faults.add({ kind: "hang-after", method: "DATA" });
    const outcome = assert.rejects(send(), { name: "MailOutcomeUnknownError" });
    while (server.mails.length < 2) await setImmediate(undefined, { signal: t.signal });
    overdue.abort();
    await outcome;
  });

  test("keeps its mails over a restart", async (t) => {
    const stateFile = join(await temporaryDirectory(t), "smtp.json");
    const clock = { now: () => new Date("2026-11-03T13:05:00Z") };
    const start = async () =>
      startSmtp({ certificate: await trustedCertificate(), accounts: [ACCOUNT], stateFile, clock });
    const first = await start();
    const mime = Buffer.from("Subject: hello\r\n\r\nhello\r\n");
    await sendBySmtp(accountAt(first.port), mime, { from: "a@example.org", to: ["b@example.org"] }, LIMITS);
    await first.close();
    const second = await start();
    t.after(() => second.close());
    assert.deepEqual(second.mails, [
      {
        user: ACCOUNT.user,
        from: "a@example.org",
        to: ["b@example.org"],
        receivedAt: "2026-11-03T13:05:00.000Z",
        source: mime.toString("latin1"),
      },
    ]);
  });
});
