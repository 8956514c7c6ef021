import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { array, assert as assertProperty, asyncProperty, constantFrom } from "fast-check";
import PostalMime from "postal-mime";
import { composeMime } from "../../shared/mail/message.ts";
import { randomSeed } from "../registration/random-seed.ts";
import { aMessage } from "./mail-fixtures.ts";

const EXPECTED_FIELDS = [
  "x-auto-response-suppress",
  "auto-submitted",
  "from",
  "to",
  "reply-to",
  "subject",
  "message-id",
  "date",
  "content-transfer-encoding",
  "mime-version",
  "content-type",
];

const BREAKS = ["\r", "\n", "\r\n", "\0", "\u2028", "\u0085"];
const NASTY = [
  ...BREAKS,
  "Bcc:",
  "bcc: eve@example.com",
  " ",
  "\t",
  ":",
  "<",
  ">",
  ",",
  '"',
  "(",
  "é",
  "🤖",
  "a",
  "@b.org",
];

/** The names of the header fields, as any mail program splits them. */
function fieldNames(mime: Buffer): string[] {
  const [header = ""] = mime.toString("latin1").split("\r\n\r\n", 1);
  return header.split(/\r\n(?![ \t])/).map((line) => line.split(":", 1)[0]?.toLowerCase() ?? "");
}

suite("composing a mail", () => {
  test("what was put in is what a mail program reads", async () => {
    const message = aMessage({
      from: '"Zoë, coach" <zoe@example.org>',
      to: ["host@example.org", "Jürgen Müller <juergen@example.org>"],
      cc: ["guard@example.org"],
      replyTo: ["coach@example.org"],
      subject:
        'Séance d\'équipe 🤖 & <friends>; $& "quoted", and so long that it does not fit on one line of a header',
      text: "Hello 👋\n\n- Ada O'Neil\n- Grace & Co; $&\n.\nFrom here on\n",
      html: "<p>Hello 👋</p>",
    });
    const mail = await PostalMime.parse(await composeMime(message));
    assert.deepEqual(mail.from, { name: "Zoë, coach", address: "zoe@example.org" });
    assert.deepEqual(mail.to, [
      { name: "", address: "host@example.org" },
      { name: "Jürgen Müller", address: "juergen@example.org" },
    ]);
    assert.deepEqual(mail.cc, [{ name: "", address: "guard@example.org" }]);
    assert.deepEqual(mail.replyTo, [{ name: "", address: "coach@example.org" }]);
    assert.equal(mail.subject, message.subject);
    assert.equal(mail.messageId, message.messageId);
    assert.equal(mail.date, "2026-11-03T13:05:00.000Z");
    assert.equal(mail.text?.trimEnd(), message.text.trimEnd());
    assert.equal(mail.html?.trim(), message.html);
  });

  test("a mail says that a machine wrote it, whatever the further headers say", async () => {
    const headers = { "X-Team": "mantabots", "Auto-Submitted": "no" };
    const mail = await PostalMime.parse(await composeMime(aMessage({ headers })));
    const values = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));
    assert.equal(values["auto-submitted"], "auto-generated");
    assert.equal(values["x-auto-response-suppress"], "All");
    assert.equal(values["x-team"], "mantabots");
  });

  test("without HTML there is one part, and no trace of the program that wrote it", async () => {
    const mime = await composeMime(aMessage());
    assert.match(mime.toString("latin1"), /\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
    assert.deepEqual(
      fieldNames(mime).filter((name) => name === "x-mailer"),
      [],
    );
  });

  test("an empty text is a mail, too", async () => {
    const mail = await PostalMime.parse(await composeMime(aMessage({ text: "" })));
    assert.equal(mail.text?.trim() ?? "", "");
  });

  test("every line ends in CRLF and is short enough for any server", async () => {
    const text = `${"a".repeat(5000)}\n${"ü🤖".repeat(2000)}\nlast`;
    const mime = (await composeMime(aMessage({ text, html: `<p>${text}</p>` }))).toString("latin1");
    assert.doesNotMatch(mime, /[^\r]\n|\r[^\n]/);
    // RFC 5322 allows 998; 7bit parts are held to 76 like the others.
    assert.ok(mime.split("\r\n").every((line) => line.length <= 78));
    const mail = await PostalMime.parse(mime);
    assert.equal(mail.text?.trimEnd(), text);
  });

  test("no value adds a header field", async (t) => {
    const nasty = array(constantFrom(...NASTY)).map((parts) => parts.join(""));
    await assertProperty(
      asyncProperty(nasty, nasty, nasty, async (one, two, three) => {
        const mime = await composeMime(
          aMessage({
            subject: `Session ${one}`,
            from: `${two} <robots@example.org>`,
            to: [`${three} <host@example.org>`, "guard@example.org"],
            replyTo: [`"${one}" <coach@example.org>`],
          }),
        );
        // A field whose value is no address at all is left out.
        const names = fieldNames(mime);
        assert.deepEqual(
          names,
          EXPECTED_FIELDS.filter((name) => names.includes(name)),
        );
      }),
      { ...randomSeed(t), numRuns: 300 },
    );
  });

  for (const messageId of [
    "",
    "<>",
    "one@example.org",
    "<one@example.org>\r\nBcc: eve@example.com",
    "<ö@example.org>",
  ]) {
    test(`${JSON.stringify(messageId)} is not taken for a message id`, async () => {
      await assert.rejects(composeMime(aMessage({ messageId })), TypeError);
    });
  }

  test("neither the name nor the value of a further header adds another", async () => {
    const headers = { "X-Team\r\nBcc: eve@example.com\r\nX-Rest": "a\r\nBcc: eve@example.com" };
    const names = fieldNames(await composeMime(aMessage({ headers })));
    assert.ok(!names.includes("bcc"), names.join());
  });
});
