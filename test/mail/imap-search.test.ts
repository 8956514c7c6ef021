import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { TestContext } from "node:test";
import { startImap } from "../../infra/local/emulators/imap/server.ts";
import type { ImapEmulator, ImapOptions } from "../../infra/local/emulators/imap/server.ts";
import { searchSent } from "../../shared/mail/imap-search.ts";
import type { Sighting } from "../../shared/mail/sighting.ts";
import { ACCOUNT, accountAt, LIMITS, trustedCertificate, untrustedCertificate } from "./mail-fixtures.ts";
import { keepCopies, searchCases, searchFor } from "./search-cases.ts";

const ONE = "<one@example.org>";
const TWO = "<two@example.org>";
const FOUND: Sighting = { state: "found" };
const NOT_FOUND: Sighting = { state: "not_found" };

async function aServer(t: TestContext, more: Partial<ImapOptions> = {}): Promise<ImapEmulator> {
  const certificate = await trustedCertificate();
  const server = await startImap({ certificate, accounts: [ACCOUNT], ...more });
  t.after(() => server.close());
  return server;
}

/** Puts a mail into a folder past IMAP. */
function put({ folders }: ImapEmulator, path: string, messageId: string, flags: string[] = []): void {
  const mails = folders(ACCOUNT.user).get(path);
  assert.ok(mails, `There is no folder ${path}`);
  const source = `Message-ID: ${messageId}\r\n\r\nWords.\r\n`;
  mails.push({ uid: mails.length + 1, flags, internalDate: new Date(0).toISOString(), source });
}

function reasonsOf(sightings: Record<string, Sighting>): string[] {
  return Object.values(sightings).map((sighting) => {
    assert.ok(sighting.state === "unread", JSON.stringify(sightings));
    return sighting.error;
  });
}

searchCases("the IMAP emulator", async (t) => {
  const server = await aServer(t);
  const secure = await aServer(t, { secure: true });
  return { account: accountAt(server.port), securePort: secure.port };
});

suite("the folders that are searched", () => {
  const gmail = {
    folders: [
      { path: "INBOX" },
      { path: "[Gmail]/All Mail", specialUse: "\\All" },
      { path: "[Gmail]/Sent Mail", specialUse: "\\Sent" },
    ],
  };
  const cases: {
    what: string;
    options?: Partial<ImapOptions>;
    folder: string;
    flags?: string[];
    expected: Sighting;
  }[] = [
    { what: "the sent folder", folder: "Sent", expected: FOUND },
    {
      what: "the sent folder by its flag, whatever its name",
      options: { folders: [{ path: "INBOX" }, { path: "Sent" }, { path: "Gone", specialUse: "\\Sent" }] },
      folder: "Gone",
      expected: FOUND,
    },
    {
      what: "Sent below INBOX",
      options: {
        folders: [{ path: "INBOX" }, { path: "INBOX.Sent" }],
        namespace: { prefix: "INBOX.", delimiter: "." },
      },
      folder: "INBOX.Sent",
      expected: FOUND,
    },
    {
      what: "the sent folder, whatever a mail there is marked as",
      folder: "Sent",
      flags: ["\\Draft"],
      expected: FOUND,
    },
    {
      what: "all mail, where the server has such a folder",
      options: gmail,
      folder: "[Gmail]/All Mail",
      expected: FOUND,
    },
    {
      what: "all mail alone, where there is no sent folder",
      options: { folders: gmail.folders.slice(0, 2) },
      folder: "[Gmail]/All Mail",
      expected: FOUND,
    },
    {
      what: "not the drafts in all mail",
      options: gmail,
      folder: "[Gmail]/All Mail",
      flags: ["\\Draft"],
      expected: NOT_FOUND,
    },
    {
      what: "not a folder that is only called all mail",
      options: { folders: [{ path: "INBOX" }, { path: "Sent" }, { path: "All Mail" }] },
      folder: "All Mail",
      expected: NOT_FOUND,
    },
    { what: "not the inbox", folder: "INBOX", expected: NOT_FOUND },
    { what: "not the trash", folder: "Trash", expected: NOT_FOUND },
  ];
  for (const { what, options, folder, flags, expected } of cases) {
    test(what, async (t) => {
      const server = await aServer(t, options);
      put(server, folder, ONE, flags);
      assert.deepEqual(await searchFor(accountAt(server.port), ONE, TWO), {
        [ONE]: expected,
        [TWO]: NOT_FOUND,
      });
    });
  }

  test("none is a reason to know nothing", async (t) => {
    const server = await aServer(t, { folders: [{ path: "INBOX" }, { path: "Archive" }] });
    const [error] = reasonsOf(await searchFor(accountAt(server.port), ONE));
    assert.match(error ?? "", /has no sent folder\. Create a folder named Sent/);
  });
});

suite("many mails", () => {
  test("are looked for over one connection, and nothing in the folder changes", async (t) => {
    const server = await aServer(t);
    const account = accountAt(server.port);
    await keepCopies(account, ONE);
    // A second connection would get no greeting.
    server.faults.add({ kind: "hang", method: "CONNECT", after: 1 });
    const before = structuredClone(server.folders(ACCOUNT.user));
    const ids = Array.from({ length: 30 }, (_, index) => `<${index}@example.org>`);
    const sightings = await searchFor(account, ...ids, ONE);
    assert.deepEqual(
      Object.entries(sightings).filter(([, { state }]) => state === "found"),
      [[ONE, FOUND]],
    );
    assert.equal(Object.keys(sightings).length, ids.length + 1);
    assert.deepEqual(server.folders(ACCOUNT.user), before);
  });

  test("are none, and no connection", async () => {
    assert.deepEqual(await searchFor(accountAt(1)), {});
  });

  test("are unread from the one on whose search failed; what was found before stays found", async (t) => {
    const server = await aServer(t);
    const account = accountAt(server.port);
    await keepCopies(account, ONE, TWO);
    server.faults.add({ kind: "reset-before", method: "UID SEARCH", after: 1 });
    const sightings = await searchFor(account, ONE, TWO);
    assert.deepEqual(sightings[ONE], FOUND);
    assert.equal(sightings[TWO]?.state, "unread");
  });
});

suite("a search that fails is not an absence", () => {
  const refusals = [
    {
      method: "AUTHENTICATE",
      body: "[AUTHENTICATIONFAILED] no",
      text: /did not let the account in: \[AUTHENTICATIONFAILED\] no\. Check the account's user name/,
    },
    { method: "LIST", body: "not today", text: /did not let its sent mail be searched: .*not today/ },
    { method: "EXAMINE", body: "[INUSE] locked", text: /did not let its sent mail be searched: \[INUSE\]/ },
    { method: "UID SEARCH", body: "too slow", text: /did not let its sent mail be searched\. The next run/ },
    { method: "CONNECT", body: "too many connections", text: /too many connections/ },
  ];
  for (const { method, body, text } of refusals) {
    test(`"${body}" at ${method} is the reason`, async (t) => {
      const server = await aServer(t);
      server.faults.add({ kind: "status", method, body });
      const reasons = reasonsOf(await searchFor(accountAt(server.port), ONE, TWO));
      assert.equal(reasons.length, 2);
      for (const reason of reasons) assert.match(reason, text);
    });
  }

  for (const method of [
    "CONNECT",
    "CAPABILITY",
    "STARTTLS",
    "AUTHENTICATE",
    "LIST",
    "EXAMINE",
    "UID SEARCH",
  ]) {
    test(`a connection lost before ${method} says so`, async (t) => {
      const server = await aServer(t);
      server.faults.add({ kind: "reset-before", method });
      const [reason] = reasonsOf(await searchFor(accountAt(server.port), ONE));
      assert.match(reason ?? "", /^localhost:\d+ (broke off the conversation|did not agree on an encrypted)/);
    });
  }

  for (const method of ["CONNECT", "AUTHENTICATE", "UID SEARCH"]) {
    test(`a server that falls silent at ${method} is left when the time is up`, async (t) => {
      const server = await aServer(t);
      server.faults.add({ kind: "hang", method });
      const sightings = await searchSent(accountAt(server.port), [ONE, TWO], { timeoutMs: 300 });
      for (const reason of reasonsOf(Object.fromEntries(sightings)))
        assert.match(reason, /did not answer in time/);
    });
  }

  test("nobody listens", async (t) => {
    const server = await aServer(t);
    await server.close();
    const [reason] = reasonsOf(await searchFor(accountAt(server.port), ONE));
    assert.match(reason ?? "", /does not listen on that port\. Check the host name and port\.$/);
  });

  test("the pass is over", async (t) => {
    const server = await aServer(t);
    const limits = { ...LIMITS, signal: AbortSignal.abort() };
    const sightings = await searchSent(accountAt(server.port), [ONE], limits);
    assert.match(reasonsOf(Object.fromEntries(sightings))[0] ?? "", /was not waited for any longer/);
  });

  test("nobody vouches for the certificate", async (t) => {
    const server = await aServer(t, { certificate: await untrustedCertificate(t) });
    const [reason] = reasonsOf(await searchFor(accountAt(server.port), ONE));
    assert.match(reason ?? "", /certificate that is not trusted/);
  });

  test("the password is not in the reason, even where the server repeats it", async (t) => {
    const password = "correct-horse-battery";
    const server = await aServer(t, { accounts: [{ ...ACCOUNT, password }] });
    const wire = Buffer.from(`\0${ACCOUNT.user}\0${password}`).toString("base64");
    for (const method of ["AUTHENTICATE", "LIST", "EXAMINE", "UID SEARCH"]) {
      server.faults.add({ kind: "status", method, body: `you said ${password} or ${wire}` });
      const [reason = ""] = reasonsOf(await searchFor(accountAt(server.port, { password }), ONE));
      assert.ok(!reason.includes(password) && !reason.includes(wire), reason);
    }
  });

  for (const kind of ["reset-before", "status"] as const) {
    test(`a farewell that fails (${kind}) changes nothing`, async (t) => {
      const server = await aServer(t);
      server.faults.add({ kind, method: "LOGOUT" });
      assert.deepEqual(await searchFor(accountAt(server.port), ONE), { [ONE]: NOT_FOUND });
    });
  }
});
