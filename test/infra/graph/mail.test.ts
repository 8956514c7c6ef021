import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { COACH, graphWorld, messageOf, refusalOf, valuesOf } from "./graph-world.ts";
import type { GraphWorld, Resource } from "./graph-world.ts";

const DESK = { emailAddress: { address: "frontdesk@example.org", name: "Front desk" } };
const NOTICE = {
  subject: "Session on Tuesday",
  body: { contentType: "Text", content: "Two students & a coach." },
  toRecipients: [DESK],
};

function send(world: GraphWorld, message: Resource, others: Resource = {}): ReturnType<GraphWorld["ask"]> {
  return world.ask("/me/sendMail", { body: { message: { ...NOTICE, ...message }, ...others } });
}

async function inSentItems(world: GraphWorld, id: string): Promise<Resource[]> {
  const filter = encodeURIComponent(`internetMessageId eq '${id}'`);
  return valuesOf(await world.ask(`/me/mailFolders/SentItems/messages?$filter=${filter}`));
}

suite("a message that is sent", () => {
  test("is accepted without a word, and is in the outbox with all its parts", async () => {
    const world = await graphWorld();
    const told = await send(world, {
      ccRecipients: [{ emailAddress: { address: "cc@example.org" } }],
      replyTo: [{ emailAddress: { address: "reply@example.org" } }],
      internetMessageHeaders: [{ name: "X-Auto-Response-Suppress", value: "All" }],
      internetMessageId: "<run-7@mantabots.example>",
    });
    assert.deepEqual([told.status, told.body], [202, {}]);
    assert.deepEqual(world.graph.mailbox(COACH).sent, [
      {
        sentAt: "2026-11-03T12:00:00.000Z",
        from: { name: "Camille Martin", address: COACH },
        to: [{ name: "Front desk", address: "frontdesk@example.org" }],
        cc: [{ name: "cc@example.org", address: "cc@example.org" }],
        bcc: [],
        replyTo: [{ name: "reply@example.org", address: "reply@example.org" }],
        subject: "Session on Tuesday",
        text: "Two students & a coach.",
        headers: { "x-auto-response-suppress": "All" },
        internetMessageId: "<run-7@mantabots.example>",
      },
    ]);
  });

  test("is in Sent Items some seconds later, under its own Message-ID", async () => {
    const world = await graphWorld();
    const id = "<it's-run-7@mantabots.example>";
    await send(world, { internetMessageId: id });
    const quoted = id.replaceAll("'", "''");
    assert.deepEqual(await inSentItems(world, quoted), []);
    world.pass(4999);
    assert.deepEqual(await inSentItems(world, quoted), []);
    world.pass(1);
    const [message] = await inSentItems(world, quoted);
    assert.equal(message?.["internetMessageId"], id);
    assert.equal(message?.["sentDateTime"], "2026-11-03T12:00:00Z");
    assert.equal(message?.["bodyPreview"], "Two students & a coach.");
    assert.equal("internetMessageHeaders" in (message ?? {}), false);
    assert.equal(valuesOf(await world.ask("/me/messages")).length, 1);
  });

  test("is a draft in Drafts while it is on its way", async () => {
    const world = await graphWorld();
    await send(world, { internetMessageId: "<a@b>" });
    for (const path of ["/me/messages", "/me/mailFolders/drafts/messages"]) {
      const [draft, ...others] = valuesOf(await world.ask(`${path}?$select=internetMessageId,isDraft`));
      assert.deepEqual([draft?.["internetMessageId"], draft?.["isDraft"], others.length], ["<a@b>", true, 0]);
    }
    world.pass(5000);
    assert.deepEqual(valuesOf(await world.ask("/me/mailFolders/drafts/messages")), []);
    assert.equal((await inSentItems(world, "<a@b>"))[0]?.["isDraft"], false);
  });

  test("is nowhere while it is on its way, when that is what the service shows", async () => {
    const world = await graphWorld();
    world.graph.settings.messageOnItsWay = "hidden";
    world.graph.settings.sentItemsDelayMs = 60_000;
    await send(world, { internetMessageId: "<a@b>" });
    world.pass(59_999);
    assert.deepEqual(valuesOf(await world.ask("/me/messages")), []);
    world.pass(1);
    assert.equal((await inSentItems(world, "<a@b>")).length, 1);
  });

  test("can be moved by its owner, and is then in that folder", async () => {
    const world = await graphWorld({}, { sentItemsDelayMs: 0 });
    await send(world, { internetMessageId: "<a@b>" });
    const mailbox = world.graph.mailbox(COACH);
    mailbox.moveMessage("<a@b>", "deleteditems");
    assert.deepEqual(await inSentItems(world, "<a@b>"), []);
    assert.equal(valuesOf(await world.ask("/me/mailFolders/deleteditems/messages")).length, 1);
    assert.equal(valuesOf(await world.ask("/me/messages?$filter=internetMessageId eq '<a@b>'")).length, 1);
    assert.throws(() => mailbox.moveMessage("<c@d>", "inbox"), RangeError);
  });

  test("leaves no copy when none is wanted", async () => {
    const world = await graphWorld({}, { sentItemsDelayMs: 0 });
    await send(world, {}, { saveToSentItems: "false" });
    await send(world, {}, { saveToSentItems: false });
    await send(world, {}, { saveToSentItems: "true" });
    assert.equal(valuesOf(await world.ask("/me/mailFolders/sentitems/messages")).length, 1);
    assert.equal(world.graph.mailbox(COACH).sent.length, 3);
  });

  test("can be looked for by a token that may read the basics, which shows no body", async () => {
    const world = await graphWorld({}, { sentItemsDelayMs: 0 });
    await send(world, { internetMessageId: "<a@b>" });
    const token = world.token({ scopes: ["Mail.ReadBasic"] });
    const select = "internetMessageId,isDraft,body,bodyPreview,uniqueBody";
    const path = `/me/messages?$filter=internetMessageId eq '<a@b>'&$select=${select}`;
    const [message] = valuesOf(await world.ask(path, { token }));
    assert.deepEqual(Object.keys(message ?? {}).sort(), [
      "@odata.etag",
      "id",
      "internetMessageId",
      "isDraft",
    ]);
    const [whole] = valuesOf(await world.ask("/me/messages", { token }));
    assert.equal("body" in (whole ?? {}) || "bodyPreview" in (whole ?? {}), false);
    assert.equal(refusalOf(await world.ask('/me/messages?$search="a"', { token })), "403 ErrorAccessDenied");
    const attachments = await world.ask("/me/messages?$expand=attachments", { token });
    assert.equal(refusalOf(attachments), "403 ErrorAccessDenied");
  });

  test("shows its body to who may read mail, and what is new in it when asked", async () => {
    const world = await graphWorld({}, { sentItemsDelayMs: 0 });
    await send(world, {});
    const [whole] = valuesOf(await world.ask("/me/messages"));
    assert.deepEqual(["body" in (whole ?? {}), "uniqueBody" in (whole ?? {})], [true, false]);
    const [part] = valuesOf(await world.ask("/me/messages?$select=uniqueBody"));
    assert.deepEqual(part?.["uniqueBody"], whole?.["body"]);
    assert.equal(refusalOf(await world.ask('/me/messages?$search="a"')), "400 BadRequest");
  });

  const odd: { name: string; message: Resource; refusal: string; words: RegExp }[] = [
    {
      name: "without recipients",
      message: { toRecipients: [] },
      refusal: "400 ErrorInvalidRecipients",
      words: /contains no recipients/,
    },
    {
      name: "to what is no address",
      message: { toRecipients: [{ emailAddress: { address: "front desk" } }] },
      refusal: "400 ErrorInvalidRecipients",
      words: /Recipient "front desk" isn't resolved/,
    },
    {
      name: "from somebody else",
      message: { from: { emailAddress: { address: "head@example.org" } } },
      refusal: "403 ErrorSendAsDenied",
      words: /does not have the right to send mail on behalf/,
    },
    {
      name: "with a header of the standard",
      message: { internetMessageHeaders: [{ name: "In-Reply-To", value: "<a@b>" }] },
      refusal: "400 InvalidInternetMessageHeader",
      words: /'In-Reply-To' should start with 'x-' or 'X-'/,
    },
    {
      name: "with six headers",
      message: { internetMessageHeaders: [1, 2, 3, 4, 5, 6].map((n) => ({ name: `x-${n}`, value: "" })) },
      refusal: "400 InvalidInternetMessageHeaderCollection",
      words: /less than or equal to 5/,
    },
    {
      name: "with an empty list of headers",
      message: { internetMessageHeaders: [] },
      refusal: "400 InvalidInternetMessageHeaderCollection",
      words: /less than or equal to 5/,
    },
  ];
  for (const { name, message, refusal, words } of odd) {
    test(`${name} is refused and not sent`, async () => {
      const world = await graphWorld();
      const told = await send(world, message);
      assert.equal(refusalOf(told), refusal);
      assert.match(String(messageOf(told)), words);
      assert.deepEqual(world.graph.mailbox(COACH).sent, []);
    });
  }

  test("may name its own account as the sender, in any case", async () => {
    const world = await graphWorld({ mail: null });
    const from = { emailAddress: { address: COACH.toUpperCase() } };
    assert.equal((await send(world, { from })).status, 202);
  });

  test("is nothing without a message", async () => {
    const { ask } = await graphWorld();
    assert.equal(refusalOf(await ask("/me/sendMail", { body: {} })), "400 BadRequest");
    assert.equal(refusalOf(await ask("/me/sendMail", { body: NOTICE })), "400 BadRequest");
  });
});

suite("a MIME message", () => {
  const mime = [
    `From: Camille <${COACH}>`,
    "To: Front desk <frontdesk@example.org>, second@example.org",
    "Reply-To: reply@example.org",
    "Subject: =?utf-8?Q?S=C3=A9ance?=",
    "Message-ID: <mime-1@mantabots.example>",
    "Auto-Submitted: auto-generated",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    "Zoë comes.",
  ].join("\r\n");

  test("is sent as it is, with the headers JSON may not have", async () => {
    const world = await graphWorld({}, { sentItemsDelayMs: 0 });
    const told = await world.ask("/me/sendMail", { body: Buffer.from(mime).toString("base64") });
    assert.equal(told.status, 202);
    const [sent] = world.graph.mailbox(COACH).sent;
    assert.deepEqual(
      sent?.to.map(({ address }) => address),
      ["frontdesk@example.org", "second@example.org"],
    );
    assert.equal(sent?.subject, "Séance");
    assert.equal(sent?.text?.trim(), "Zoë comes.");
    assert.equal(sent?.headers["auto-submitted"], "auto-generated");
    assert.equal((await inSentItems(world, "<mime-1@mantabots.example>")).length, 1);
  });

  test("is refused when it is not base64, or from somebody else", async () => {
    const { ask } = await graphWorld();
    const plain = await ask("/me/sendMail", { body: mime });
    assert.equal(refusalOf(plain), "400 ErrorMimeContentInvalidBase64String");
    const forged = Buffer.from(mime.replace(COACH, "head@example.org")).toString("base64");
    assert.equal(refusalOf(await ask("/me/sendMail", { body: forged })), "403 ErrorSendAsDenied");
  });
});

test("the outbox can be read by people, and shows markup as text", async () => {
  const world = await graphWorld();
  await send(world, { subject: "<b>1 < 2</b>" });
  const response = await fetch(world.graph.outboxUrl);
  assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
  const page = await response.text();
  assert.match(page, /<h2>&#60;b&#62;1 &#60; 2&#60;\/b&#62;<\/h2>/);
  assert.match(page, /Front desk &#60;frontdesk@example\.org&#62;/);
});
