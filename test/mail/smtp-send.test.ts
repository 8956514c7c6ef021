import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { suite, test } from "node:test";
import type { TestContext } from "node:test";
import PostalMime from "postal-mime";
import { startSmtp } from "../../infra/local/emulators/smtp.ts";
import type { SmtpEmulator, SmtpOptions } from "../../infra/local/emulators/smtp.ts";
import { composeMime } from "../../shared/mail/message.ts";
import {
  MailNotSentError,
  MailOutcomeUnknownError,
  MailRefusedError,
} from "../../shared/mail/smtp-errors.ts";
import { sendBySmtp } from "../../shared/mail/smtp-send.ts";
import {
  ACCOUNT,
  accountAt,
  aMessage,
  everythingIn,
  LIMITS,
  redirect,
  trustedCertificate,
  untrustedCertificate,
} from "./mail-fixtures.ts";

const ENVELOPE = { from: "robots@example.org", to: ["host@example.org"] };

async function aServer(t: TestContext, more: Partial<SmtpOptions> = {}): Promise<SmtpEmulator> {
  const certificate = await trustedCertificate();
  const server = await startSmtp({ certificate, accounts: [ACCOUNT], ...more });
  t.after(() => server.close());
  return server;
}

async function sendNotice(port: number, limits = LIMITS): Promise<unknown> {
  const mime = await composeMime(aMessage());
  return sendBySmtp(accountAt(port), mime, ENVELOPE, limits).catch((error: unknown) => error);
}

suite("sending a mail", () => {
  test("over STARTTLS it arrives as it was written", async (t) => {
    const server = await aServer(t);
    const subject = "Séance 🤖";
    const text = "Hello,\n.\n..\nFrom Zoë\n";
    const mime = await composeMime(aMessage({ subject, text, html: "<p>Hello</p>" }));
    const to = ["host@example.org", "guard@example.org"];
    const outcome = await sendBySmtp(accountAt(server.port), mime, { ...ENVELOPE, to }, LIMITS);
    assert.deepEqual(outcome, { state: "accepted", rejected: [] });
    const [mail] = server.mails;
    assert.ok(mail && server.mails.length === 1);
    assert.deepEqual([mail.user, mail.from, mail.to], [ACCOUNT.user, ENVELOPE.from, to]);
    assert.equal(mail.source, mime.toString("latin1"));
    const read = await PostalMime.parse(Buffer.from(mail.source, "latin1"));
    assert.deepEqual(
      [read.subject, read.text?.trimEnd(), read.html?.trim()],
      [subject, text.trimEnd(), "<p>Hello</p>"],
    );
  });

  test("on port 465 it speaks TLS from the first byte", async (t) => {
    const server = await aServer(t, { secure: true });
    redirect(t, 465, server.port);
    assert.deepEqual(await sendNotice(465), { state: "accepted", rejected: [] });
    assert.equal(server.mails.length, 1);
  });

  test("an IP address is a host like any other", async (t) => {
    const server = await aServer(t);
    const mime = await composeMime(aMessage());
    const outcome = await sendBySmtp(accountAt(server.port, { host: "127.0.0.1" }), mime, ENVELOPE, LIMITS);
    assert.equal(outcome.state, "accepted");
  });

  test("a mail of several megabytes goes through", async (t) => {
    const server = await aServer(t);
    const mime = await composeMime(aMessage({ text: "line after line\n".repeat(200_000) }));
    await sendBySmtp(accountAt(server.port), mime, ENVELOPE, LIMITS);
    assert.equal(server.mails[0]?.source.length, mime.length);
  });

  test("a mail larger than the server takes is not even begun", async (t) => {
    const server = await aServer(t, { maxBytes: 200 });
    const error = await sendNotice(server.port);
    assert.ok(error instanceof MailRefusedError && error.reason === "message", everythingIn(error));
  });

  test("an address outside ASCII is sent where the server takes it", async (t) => {
    const server = await aServer(t);
    const mime = await composeMime(aMessage());
    await sendBySmtp(accountAt(server.port), mime, { ...ENVELOPE, to: ["zoë@example.org"] }, LIMITS);
    assert.deepEqual(server.mails[0]?.to, ["zoë@example.org"]);
  });

  for (const to of [[], ["host@example.org>\r\nRCPT TO:<eve@example.com"], [""]]) {
    test(`recipients ${JSON.stringify(to)} are refused before the server is asked`, async (t) => {
      const server = await aServer(t);
      const mime = await composeMime(aMessage());
      const sending = sendBySmtp(accountAt(server.port), mime, { ...ENVELOPE, to }, LIMITS);
      await assert.rejects(sending, { name: "MailRefusedError", reason: "recipients" });
      assert.equal(server.mails.length, 0);
    });
  }
});

suite("sending a mail to the wrong server", () => {
  for (const secure of [false, true]) {
    const port = secure ? 465 : undefined;
    test(`a certificate nobody vouches for is not accepted (${secure ? "TLS" : "STARTTLS"})`, async (t) => {
      const server = await aServer(t, { secure, certificate: await untrustedCertificate(t) });
      if (port) redirect(t, port, server.port);
      const error = await sendNotice(port ?? server.port);
      assert.ok(error instanceof MailNotSentError, everythingIn(error));
      assert.match(error.message, /certificate that is not trusted/);
      assert.equal(server.mails.length, 0);
    });
  }

  test("a certificate for another name is not accepted", async (t) => {
    const server = await aServer(t);
    const mime = await composeMime(aMessage());
    redirect(t, 2587, server.port);
    const account = accountAt(2587, { host: "127.0.0.2" });
    await assert.rejects(sendBySmtp(account, mime, ENVELOPE, LIMITS), /certificate that is not trusted/);
  });

  test("no variable of the environment turns the check off", async (t) => {
    const server = await aServer(t, { certificate: await untrustedCertificate(t) });
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    t.after(() => delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"]);
    assert.ok((await sendNotice(server.port)) instanceof MailNotSentError);
  });

  test("a port nobody listens on is named", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await sendNotice(port);
    assert.ok(error instanceof MailNotSentError);
    assert.match(error.message, new RegExp(`localhost:${port} does not listen`));
  });

  test("a password that is wrong says so, and not what it was", async (t) => {
    const server = await aServer(t);
    const mime = await composeMime(aMessage());
    const account = accountAt(server.port, { password: "yesterdays-password" });
    const error: unknown = await sendBySmtp(account, mime, ENVELOPE, LIMITS).catch(
      (caught: unknown) => caught,
    );
    assert.ok(error instanceof MailRefusedError && error.reason === "credentials");
    assert.ok(!everythingIn(error).includes("yesterdays"));
  });

  test("a missing password is refused before the server is asked", async (t) => {
    const server = await aServer(t);
    const account = accountAt(server.port, { password: "" });
    const mime = await composeMime(aMessage());
    await assert.rejects(sendBySmtp(account, mime, ENVELOPE, LIMITS), { reason: "credentials" });
  });
});

suite("the SMTP emulator's faults", () => {
  test("a connection lost after the mail was kept leaves the outcome unknown, and the mail is there", async (t) => {
    const server = await aServer(t);
    server.faults.add({ kind: "reset-after", method: "DATA" });
    assert.ok((await sendNotice(server.port)) instanceof MailOutcomeUnknownError);
    assert.equal(server.mails.length, 1);
  });

  test("a server that says nothing is left when the time is up", async (t) => {
    const server = await aServer(t);
    server.faults.add({ kind: "hang", method: "CONNECT" });
    assert.ok((await sendNotice(server.port, { timeoutMs: 50 })) instanceof MailNotSentError);
  });

  const faults = [
    { fault: { kind: "reset-before", method: "DATA" }, expected: MailNotSentError },
    { fault: { kind: "reset-before", method: "RCPT" }, expected: MailNotSentError },
    { fault: { kind: "reset-before", method: "AUTH" }, expected: MailNotSentError },
    { fault: { kind: "reset-before", method: "CONNECT" }, expected: MailNotSentError },
    { fault: { kind: "status", method: "CONNECT", status: 421 }, expected: MailRefusedError },
    { fault: { kind: "status", method: "AUTH", status: 535 }, expected: MailRefusedError },
    { fault: { kind: "status", method: "MAIL" }, expected: MailRefusedError },
    { fault: { kind: "status", method: "RCPT", path: "^host@", status: 550 }, expected: MailRefusedError },
    { fault: { kind: "status", method: "DATA", status: 554, body: "no spam" }, expected: MailRefusedError },
  ] as const;
  for (const { fault, expected } of faults) {
    test(`${JSON.stringify(fault)} ends in ${expected.name}, and the next mail goes through`, async (t) => {
      const server = await aServer(t);
      server.faults.add(fault);
      const error = await sendNotice(server.port);
      assert.ok(error instanceof expected, everythingIn(error));
      assert.equal(server.mails.length, 0);
      assert.deepEqual(await sendNotice(server.port), { state: "accepted", rejected: [] });
    });
  }

  test("latency delays and no more", async (t) => {
    const server = await aServer(t);
    server.faults.latencyMs = 5;
    assert.deepEqual(await sendNotice(server.port), { state: "accepted", rejected: [] });
  });
});
