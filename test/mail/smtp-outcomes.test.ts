import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { TestContext } from "node:test";
import {
  MailNotSentError,
  MailOutcomeUnknownError,
  MailRefusedError,
} from "../../shared/mail/smtp-errors.ts";
import { sendBySmtp } from "../../shared/mail/smtp-send.ts";
import type { SendOutcome } from "../../shared/mail/smtp-send.ts";
import { ACCOUNT, accountAt, everythingIn, LIMITS, trustedCertificate } from "./mail-fixtures.ts";
import { DROP, HANG, startScriptedSmtp } from "./scripted-smtp.ts";
import type { Answer, Moment, Script } from "./scripted-smtp.ts";

const MIME = Buffer.from("Subject: hello\r\n\r\nThe words of the mail.\r\n");
const PASSWORD = "correct-horse-battery";
const ENVELOPE = { from: "robots@example.org", to: ["host@example.org", "guard@example.org"] };

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

async function sendTo(
  t: TestContext,
  script: Script,
): Promise<{ outcome: SendOutcome | Error; heard: string[] }> {
  const server = await startScriptedSmtp(await trustedCertificate(), script);
  t.after(() => server.close());
  const outcome = await sendBySmtp(
    accountAt(server.port, { password: PASSWORD }),
    MIME,
    ENVELOPE,
    LIMITS,
  ).catch((error: unknown) => error);
  return { outcome: outcome as SendOutcome | Error, heard: server.heard };
}

/** Aborts the attempt when the server has reached the moment at which it falls silent. */
async function abandonAt(t: TestContext, moment: Moment): Promise<unknown> {
  const controller = new AbortController();
  const onMoment = (reached: Moment): void => {
    if (reached === moment) controller.abort(new Error("the pass is over"));
  };
  const server = await startScriptedSmtp(await trustedCertificate(), {
    answers: { [moment]: HANG },
    onMoment,
  });
  t.after(() => server.close());
  return sendBySmtp(accountAt(server.port), MIME, ENVELOPE, { ...LIMITS, signal: controller.signal }).catch(
    (error: unknown) => error,
  );
}

const ROADS = [
  { road: "a server that takes one command at a time", extensions: undefined },
  { road: "a server that takes commands in one go", extensions: ["STARTTLS", "AUTH PLAIN", "PIPELINING"] },
];

for (const { road, extensions } of ROADS) {
  const scriptOf = (answers: Script["answers"] & {}): Script => ({
    answers,
    ...(extensions ? { extensions } : {}),
  });

  suite(`sending through ${road}`, () => {
    const refusals: [Moment, string, MailRefusedError["reason"]][] = [
      ["GREETING", "554 5.3.2 not here", "connection"],
      ["EHLO", "421 4.3.2 busy", "connection"],
      ["AUTH", "535 5.7.8 wrong", "credentials"],
      ["AUTH", "534 5.7.9 an app password is needed", "credentials"],
      ["AUTH", "454 4.7.0 come back later", "connection"],
      ["AUTH", "504 5.5.4 no such mechanism", "connection"],
      ["MAIL", "550 5.7.60 not your address", "sender"],
      ["MAIL", "421 4.7.0 too many mails", "sender"],
      ["RCPT", "550 5.1.1 nobody", "recipients"],
      ["RCPT", "451 4.7.1 greylisted", "recipients"],
      ["DATA", "554 5.7.1 no", "message"],
      ["DATA", "421 4.3.0 closing", "message"],
      ["END", "552 5.3.4 too big", "message"],
      ["END", "451 4.3.0 disk trouble", "message"],
      ["END", "421 4.3.0 closing", "message"],
    ];
    for (const [moment, reply, reason] of refusals) {
      test(`"${reply}" at ${moment} means refused: ${reason}`, async (t) => {
        const { outcome } = await sendTo(t, scriptOf({ [moment]: reply }));
        assert.ok(outcome instanceof MailRefusedError, everythingIn(outcome));
        assert.equal(outcome.reason, reason);
        assert.deepEqual(outcome.reply, { code: Number(reply.slice(0, 3)), line: reply });
        assert.equal(outcome.temporary, reply.startsWith("4"));
      });
    }

    for (const moment of ["GREETING", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"] as const) {
      test(`a connection lost at ${moment} means not sent`, async (t) => {
        const { outcome } = await sendTo(t, scriptOf({ [moment]: DROP }));
        assert.ok(outcome instanceof MailNotSentError, everythingIn(outcome));
      });
    }

    const doubts: [string, Moment, Answer][] = [
      ["a connection lost within the mail", "BODY", DROP],
      ["a connection lost after the mail", "END", DROP],
      ["a connection lost within the answer", "END", { cutOff: "554 5.7.1 n" }],
      ["an answer to the mail that is no SMTP", "END", "999 what?"],
      ["an answer to the mail that asks for more", "END", "354 go on"],
    ];
    for (const [what, moment, answer] of doubts) {
      test(`${what} leaves the outcome unknown`, async (t) => {
        const { outcome } = await sendTo(t, scriptOf({ [moment]: answer }));
        assert.ok(outcome instanceof MailOutcomeUnknownError, everythingIn(outcome));
      });
    }

    test("a mail taken for one recipient only is accepted, and says who was refused", async (t) => {
      const { outcome } = await sendTo(
        t,
        scriptOf({ recipients: { "guard@example.org": "550 5.1.1 nobody" } }),
      );
      assert.deepEqual(outcome, { state: "accepted", rejected: ["guard@example.org"] });
    });

    test("recipients that are all refused, one of them for now, are worth another try", async (t) => {
      const recipients = { "host@example.org": "450 4.2.0 later", "guard@example.org": "550 5.1.1 nobody" };
      const { outcome } = await sendTo(t, scriptOf({ recipients }));
      assert.ok(outcome instanceof MailRefusedError && outcome.temporary, everythingIn(outcome));
    });

    test("a farewell that is not answered changes nothing", async (t) => {
      const { outcome } = await sendTo(t, scriptOf({ QUIT: HANG }));
      assert.deepEqual(outcome, { state: "accepted", rejected: [] });
    });
  });
}

suite("sending that is given up", () => {
  for (const moment of ["GREETING", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"] as const) {
    test(`while the server is silent at ${moment} means not sent`, async (t) => {
      const error = await abandonAt(t, moment);
      assert.ok(error instanceof MailNotSentError, everythingIn(error));
      assert.match(error.message, /was not waited for any longer/);
    });
  }

  for (const moment of ["BODY", "END"] as const) {
    test(`while the server is silent at ${moment} leaves the outcome unknown`, async (t) => {
      const error = await abandonAt(t, moment);
      assert.ok(error instanceof MailOutcomeUnknownError, everythingIn(error));
    });
  }

  test("before it began means not sent, and nothing is said", async (t) => {
    const server = await startScriptedSmtp(await trustedCertificate(), {});
    t.after(() => server.close());
    const limits = { ...LIMITS, signal: AbortSignal.abort() };
    await assert.rejects(sendBySmtp(accountAt(server.port), MIME, ENVELOPE, limits), MailNotSentError);
    assert.deepEqual(server.heard, []);
  });

  test("when the time for the whole attempt is up says so", async (t) => {
    const server = await startScriptedSmtp(await trustedCertificate(), { answers: { GREETING: HANG } });
    t.after(() => server.close());
    await assert.rejects(sendBySmtp(accountAt(server.port), MIME, ENVELOPE, { timeoutMs: 50 }), {
      name: "MailNotSentError",
      message: `localhost:${server.port} did not answer in time`,
    });
  });
});

suite("sending without a safe connection", () => {
  test("a server that hides STARTTLS gets neither password nor mail", async (t) => {
    const script = { extensions: ["AUTH PLAIN"], answers: { STARTTLS: "502 5.5.1 unknown" } };
    const { outcome, heard } = await sendTo(t, script);
    assert.ok(outcome instanceof MailNotSentError, everythingIn(outcome));
    assert.match(outcome.message, /did not agree on an encrypted connection: 502/);
    assert.deepEqual(heard, ["EHLO", "STARTTLS"]);
  });

  test("a server that cannot do TLS just now gets neither password nor mail", async (t) => {
    const { outcome, heard } = await sendTo(t, { answers: { STARTTLS: "454 4.7.0 no TLS today" } });
    assert.ok(outcome instanceof MailNotSentError, everythingIn(outcome));
    assert.deepEqual(heard, ["EHLO", "STARTTLS"]);
  });

  test("words slipped in before the handshake are not taken for answers of the server", async (t) => {
    const { outcome, heard } = await sendTo(t, {
      answers: { STARTTLS: "220 go ahead\r\n250-AUTH PLAIN\r\n250 hello" },
    });
    assert.deepEqual(outcome, { state: "accepted", rejected: [] });
    assert.deepEqual(heard.slice(0, 4), ["EHLO", "STARTTLS", "EHLO", "AUTH"]);
  });
});

suite("what errors tell", () => {
  const secrets = [PASSWORD, base64(PASSWORD), base64(`\0${ACCOUNT.user}\0${PASSWORD}`)];

  for (const moment of ["AUTH", "MAIL", "DATA", "END"] as const) {
    for (const code of ["550", "354", "999"]) {
      test(`a server that repeats the password with ${code} at ${moment} does not get it into an error`, async (t) => {
        const { outcome } = await sendTo(t, {
          answers: { [moment]: `${code} you said ${secrets.join(" and ")}` },
        });
        const text = everythingIn(outcome);
        for (const secret of secrets)
          assert.ok(!text.includes(secret) && !text.includes(JSON.stringify(secret)));
      });
    }
  }

  test("the mail itself is in no error", async (t) => {
    const answers: [Moment, Answer][] = [
      ["BODY", DROP],
      ["END", DROP],
      ["END", "554 no"],
      ["RCPT", "550 no"],
    ];
    for (const [moment, answer] of answers) {
      const { outcome } = await sendTo(t, { answers: { [moment]: answer } });
      assert.ok(outcome instanceof Error);
      assert.ok(!everythingIn(outcome).includes("words of the mail"));
    }
  });

  test("a long answer of many lines is cut to its first", async (t) => {
    const { outcome } = await sendTo(t, { answers: { MAIL: `550-${"no ".repeat(500)}\r\n550 really` } });
    assert.ok(outcome instanceof MailRefusedError && outcome.reply);
    assert.ok(outcome.reply.line.length <= 300 && !outcome.reply.line.includes("really"));
  });
});
