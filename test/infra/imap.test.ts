import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { join } from "node:path";
import { suite, test } from "node:test";
import type { TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import { startImap } from "../../infra/local/emulators/imap/server.ts";
import type { ImapEmulator, ImapOptions } from "../../infra/local/emulators/imap/server.ts";
import { Wire } from "../../infra/local/emulators/imap/wire.ts";
import { temporaryDirectory, trustedCertificate } from "../mail/mail-fixtures.ts";

const ACCOUNT = { user: "robots@example.org", password: 'a "b" \\c' };
const MAIL = [
  "Message-ID: <1@example.org>",
  'From: "Ada, coach" <ada@example.org>',
  "To: Team: host@example.org, guard@example.org;",
  "Subject: A subject",
  "  on two lines",
  "",
  "The text.",
  "",
].join("\r\n");

async function aServer(t: TestContext, more: Partial<ImapOptions> = {}): Promise<ImapEmulator> {
  const server = await startImap({ certificate: await trustedCertificate(), accounts: [ACCOUNT], ...more });
  t.after(() => server.close());
  return server;
}

/** Sends a command and gives all lines up to its answer, without the tag; further parts follow a "+". */
type Ask = (command: string, ...parts: string[]) => Promise<string[]>;

function askOver(wire: Wire): Ask {
  let count = 0;
  return async (command, ...parts) => {
    count += 1;
    wire.send(`t${count} ${command}`);
    const lines: string[] = [];
    for (;;) {
      const line = await wire.line();
      if (line === undefined) return [...lines, "gone"];
      if (line.startsWith(`t${count} `)) return [...lines, line.slice(`t${count} `.length)];
      if (line.startsWith("+")) wire.send(parts.shift() ?? "");
      else lines.push(line);
    }
  };
}

async function greeted(t: TestContext, server: ImapEmulator, secure: boolean): Promise<Wire> {
  const options = { host: "localhost", port: server.port };
  const socket = secure ? connectTls(options) : connectPlain(options);
  t.after(() => socket.destroy());
  await once(socket, secure ? "secureConnect" : "connect");
  const wire = new Wire(socket);
  assert.match((await wire.line()) ?? "", /^\* OK \[CAPABILITY IMAP4rev1 /);
  return wire;
}

/** A client that has signed in to a server with one mail in Sent. */
async function signedIn(
  t: TestContext,
  more: Partial<ImapOptions> = {},
): Promise<{ ask: Ask; server: ImapEmulator }> {
  const server = await aServer(t, { secure: true, ...more });
  const ask = askOver(await greeted(t, server, true));
  await ask('LOGIN robots@example.org "a \\"b\\" \\\\c"');
  await ask(`APPEND Sent () "03-Nov-2026 13:05:07 +0100" {${MAIL.length}}`, MAIL);
  return { ask, server };
}

suite("signing in to the IMAP emulator", () => {
  const plain = Buffer.from(`\0${ACCOUNT.user}\0${ACCOUNT.password}`).toString("base64");
  const roads: [string, string, ...string[]][] = [
    ["LOGIN with quotes", 'LOGIN robots@example.org "a \\"b\\" \\\\c"'],
    ["LOGIN with literals", "LOGIN {18}", "robots@example.org {8}", ACCOUNT.password],
    ["AUTHENTICATE in one go", `AUTHENTICATE PLAIN ${plain}`],
    ["AUTHENTICATE in two steps", "AUTHENTICATE PLAIN", plain],
  ];
  for (const [what, command, ...parts] of roads) {
    test(`${what} works`, async (t) => {
      const ask = askOver(await greeted(t, await aServer(t, { secure: true }), true));
      assert.match((await ask(command, ...parts)).at(-1) ?? "", /^OK \[CAPABILITY [^\]]+\] Logged in/);
    });
  }

  test("a wrong password, a cancelled attempt and an unknown mechanism are refused", async (t) => {
    const ask = askOver(await greeted(t, await aServer(t, { secure: true }), true));
    assert.match(String(await ask("LOGIN robots@example.org wrong")), /^NO \[AUTHENTICATIONFAILED\]/);
    assert.match(String(await ask("AUTHENTICATE PLAIN", "*")), /^BAD/);
    assert.match(String(await ask("AUTHENTICATE XOAUTH2")), /^NO/);
    assert.match(String(await ask('LIST "" "*"')), /^BAD Log in first/);
  });

  test("in the clear no password is taken, and STARTTLS changes that", async (t) => {
    const server = await aServer(t);
    const wire = await greeted(t, server, false);
    const ask = askOver(wire);
    assert.match(String(await ask("CAPABILITY")), /STARTTLS LOGINDISABLED/);
    assert.match(String(await ask("LOGIN robots@example.org x")), /^NO \[PRIVACYREQUIRED\]/);
    assert.match(String(await ask(`AUTHENTICATE PLAIN ${plain}`)), /^NO \[PRIVACYREQUIRED\]/);
    assert.match(String(await ask("STARTTLS")), /^OK Begin TLS/);
  });

  test("commands sent together with STARTTLS end the connection", async (t) => {
    const ask = askOver(await greeted(t, await aServer(t), false));
    const answers = await ask(`STARTTLS\r\nt2 AUTHENTICATE PLAIN ${plain}`);
    assert.deepEqual(answers, ["OK Begin TLS negotiation now"]);
    assert.deepEqual(await ask("NOOP"), ["gone"]);
  });

  test("accounts do not see each other's mails", async (t) => {
    const other = { user: "others@example.org", password: "other" };
    const { server } = await signedIn(t, { accounts: [ACCOUNT, other] });
    const ask = askOver(await greeted(t, server, true));
    await ask("LOGIN others@example.org other");
    assert.deepEqual(await ask("STATUS Sent (MESSAGES)"), [
      '* STATUS "Sent" (MESSAGES 0)',
      "OK STATUS completed",
    ]);
  });
});

suite("folders of the IMAP emulator", () => {
  const namespace = { prefix: "", delimiter: "/" };
  const folders = [
    { path: "INBOX" },
    { path: "Post", specialUse: "\\Sent" },
    { path: "A+B" },
    { path: "A+B/Deep" },
    { path: 'A "quoted" one' },
  ];
  const lists: [string, string[]][] = [
    ['LIST "" ""', ['* LIST (\\Noselect) "/" ""']],
    ['LIST "" "INBOX"', ['* LIST (\\HasNoChildren) "/" "INBOX"']],
    ['LIST "A+B" "*"', ['* LIST (\\HasChildren) "/" "A+B"', '* LIST (\\HasNoChildren) "/" "A+B/Deep"']],
    ['LIST "" "A+%"', ['* LIST (\\HasChildren) "/" "A+B"']],
    ['LIST (SPECIAL-USE) "" "*"', ['* LIST (\\HasNoChildren \\Sent) "/" "Post"']],
    [
      'LIST "" ("Post" "A \\"*") RETURN (SUBSCRIBED CHILDREN)',
      [
        '* LIST (\\HasNoChildren \\Sent \\Subscribed) "/" "Post"',
        '* LIST (\\HasNoChildren \\Subscribed) "/" "A \\"quoted\\" one"',
      ],
    ],
    ['LIST "" "None"', []],
  ];
  for (const [command, expected] of lists) {
    test(command, async (t) => {
      const { ask } = await signedIn(t, { folders, namespace });
      assert.deepEqual(await ask(command), [...expected, "OK LIST completed"]);
    });
  }

  test("SELECT shows what is there, and a folder that is not there is refused", async (t) => {
    const { ask } = await signedIn(t, { clock: { now: () => new Date(5000) } });
    const lines = await ask("SELECT Sent");
    assert.ok(lines.includes("* 1 EXISTS"));
    assert.ok(lines.includes("* OK [UIDVALIDITY 5] UIDs valid"));
    assert.ok(lines.includes("* OK [UIDNEXT 2] Predicted next UID"));
    assert.equal(lines.at(-1), "OK [READ-WRITE] SELECT completed");
    assert.match(String(await ask("SELECT Nowhere")), /^NO /);
    assert.match(String(await ask("FETCH 1 (UID)")), /^BAD Select a mailbox first/);
    assert.match(String((await ask("EXAMINE inbox")).at(-1)), /READ-ONLY/);
  });

  test("APPEND takes literals of both kinds, and keeps flags and date", async (t) => {
    const { ask, server } = await signedIn(t);
    const answer = await ask(`APPEND "Sent" (\\Seen $Own) {5+}\r\nhello`);
    assert.match(String(answer), /^OK \[APPENDUID \d+ 2\] APPEND completed/);
    const [first, second] = server.folders(ACCOUNT.user).get("Sent") ?? [];
    assert.equal(first?.internalDate, "2026-11-03T12:05:07.000Z");
    assert.equal(first.source, MAIL);
    assert.deepEqual(second?.flags, ["\\Seen", "$Own"]);
  });

  test("APPEND to a folder that is not there, or at a date that is none, keeps nothing", async (t) => {
    const { ask, server } = await signedIn(t);
    assert.match(String(await ask("APPEND Nowhere {5}", "hello")), /^NO \[TRYCREATE\]/);
    assert.match(String(await ask('APPEND Sent "yesterday" {5}', "hello")), /^BAD Not a date/);
    assert.match(String(await ask("APPEND Sent hello")), /^BAD/);
    assert.equal(server.folders(ACCOUNT.user).get("Sent")?.length, 1);
  });

  test("who has the folder open hears of new mail with the next answer", async (t) => {
    const { ask, server } = await signedIn(t);
    const other = askOver(await greeted(t, server, true));
    await other('LOGIN robots@example.org "a \\"b\\" \\\\c"');
    await other("SELECT Sent");
    await ask("APPEND Sent {5}", "hello");
    assert.deepEqual(await other("NOOP"), ["* 2 EXISTS", "OK NOOP completed"]);
    assert.deepEqual(await other("NOOP"), ["OK NOOP completed"]);
  });

  test("mails, flags and numbers survive a restart", async (t) => {
    const stateFile = join(await temporaryDirectory(t), "imap.json");
    const { server } = await signedIn(t, { stateFile });
    await server.close();
    const again = await aServer(t, { stateFile, secure: true });
    assert.equal(again.folders(ACCOUNT.user).get("Sent")?.[0]?.source, MAIL);
    const ask = askOver(await greeted(t, again, true));
    await ask('LOGIN robots@example.org "a \\"b\\" \\\\c"');
    assert.deepEqual((await ask("STATUS Sent (UIDNEXT UNSEEN)"))[0], '* STATUS "Sent" (UIDNEXT 2 UNSEEN 1)');
  });
});

suite("mails of the IMAP emulator", () => {
  async function opened(t: TestContext): Promise<Ask> {
    const { ask } = await signedIn(t);
    await ask("APPEND Sent (\\Seen) {33}", "Message-ID: <2@example.org>\r\n\r\nhi");
    await ask("SELECT Sent");
    return ask;
  }

  const searches: [string, string][] = [
    ["ALL", "* SEARCH 1 2 3"],
    ["HEADER Message-ID <1@example.org>", "* SEARCH 1"],
    ["HEADER message-id EXAMPLE.ORG UNSEEN", "* SEARCH 1"],
    ['HEADER SUBJECT ""', "* SEARCH 1"],
    ["SEEN", "* SEARCH 2 3"],
    ["DRAFT", "* SEARCH 3"],
    ["UNDRAFT UNDELETED", "* SEARCH 1 2"],
    ["HEADER Message-ID 3@example.org UNDRAFT", "* SEARCH"],
    ["HEADER Message-ID <4@example.org>", "* SEARCH"],
  ];
  for (const [criteria, expected] of searches) {
    test(`UID SEARCH ${criteria}`, async (t) => {
      const ask = await opened(t);
      await ask("APPEND Sent (\\Draft \\Seen) {33}", "Message-ID: <3@example.org>\r\n\r\nhi");
      assert.deepEqual(await ask(`UID SEARCH ${criteria}`), [expected, "OK SEARCH completed"]);
    });
  }

  test("FETCH gives the parts asked for", async (t) => {
    const ask = await opened(t);
    assert.deepEqual(
      await ask("FETCH 2 (FLAGS RFC822.SIZE INTERNALDATE)").then(([line]) => line?.slice(0, 46)),
      "* 2 FETCH (FLAGS (\\Seen) RFC822.SIZE 33 INTERN",
    );
    assert.deepEqual(await ask("UID FETCH 1 (ENVELOPE)"), [
      '* 1 FETCH (UID 1 ENVELOPE (NIL "A subject  on two lines" ' +
        '(("Ada, coach" NIL "ada" "example.org")) (("Ada, coach" NIL "ada" "example.org")) ' +
        '(("Ada, coach" NIL "ada" "example.org")) ' +
        '((NIL NIL "host" "example.org")(NIL NIL "guard" "example.org")) NIL NIL NIL "<1@example.org>"))',
      "OK FETCH completed",
    ]);
    assert.deepEqual(await ask("UID FETCH 2:* (BODY.PEEK[TEXT])"), [
      "* 2 FETCH (UID 2 BODY[TEXT] {2}",
      "hi)",
      "OK FETCH completed",
    ]);
    assert.deepEqual(await ask("UID FETCH 1 (BODY.PEEK[]<0.10>)"), [
      "* 1 FETCH (UID 1 BODY[]<0> {10}",
      "Message-ID)",
      "OK FETCH completed",
    ]);
    assert.deepEqual(await ask("FETCH 1 (BODY.PEEK[HEADER.FIELDS (SUBJECT MESSAGE-ID)])"), [
      "* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT MESSAGE-ID)] {67}",
      "Message-ID: <1@example.org>",
      "Subject: A subject",
      "  on two lines",
      "",
      ")",
      "OK FETCH completed",
    ]);
  });

  test("reading a mail marks it as read, peeking does not", async (t) => {
    const ask = await opened(t);
    await ask("UID FETCH 1 (BODY.PEEK[])");
    assert.deepEqual((await ask("UID SEARCH UNSEEN"))[0], "* SEARCH 1");
    await ask("UID FETCH 1 (BODY[])");
    assert.deepEqual((await ask("UID SEARCH UNSEEN"))[0], "* SEARCH");
  });

  for (const command of [
    "FETCH 1 (BODYSTRUCTURE)",
    "SEARCH LARGER 5",
    "STORE 1 FLAGS ()",
    "FETCH 1 (UID",
    "FETCH 1 )",
  ]) {
    test(`${command} is answered with BAD, and the conversation goes on`, async (t) => {
      const ask = await opened(t);
      assert.match((await ask(command)).at(-1) ?? "", /^BAD /);
      assert.deepEqual(await ask("NOOP"), ["OK NOOP completed"]);
    });
  }
});
