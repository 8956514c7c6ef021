import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { TestContext } from "node:test";
import { startImap } from "../../infra/local/emulators/imap/server.ts";
import type { ImapEmulator, ImapOptions } from "../../infra/local/emulators/imap/server.ts";
import { appendToSent, ImapAppendError } from "../../shared/mail/imap-append.ts";
import { appendCases } from "./append-cases.ts";
import {
  ACCOUNT,
  accountAt,
  everythingIn,
  LIMITS,
  redirect,
  trustedCertificate,
  untrustedCertificate,
} from "./mail-fixtures.ts";

const MIME = Buffer.from("Subject: hello\r\nMessage-ID: <1@example.org>\r\n\r\nThe words of the mail.\r\n");
const DATE = new Date("2026-11-03T13:05:07Z");

async function aServer(t: TestContext, more: Partial<ImapOptions> = {}): Promise<ImapEmulator> {
  const certificate = await trustedCertificate();
  const server = await startImap({ certificate, accounts: [ACCOUNT], ...more });
  t.after(() => server.close());
  return server;
}

async function append(port: number, limits: Parameters<typeof appendToSent>[3] = LIMITS): Promise<unknown> {
  return appendToSent(accountAt(port), MIME, DATE, limits).catch((error: unknown) => error);
}

appendCases("the IMAP emulator", async (t) => {
  const directory = await aServer(t);
  const secure = await aServer(t, { secure: true });
  return { account: accountAt(directory.port), securePort: secure.port };
});

suite("finding the sent folder", () => {
  const cases: { what: string; options: Partial<ImapOptions>; expected: string | undefined }[] = [
    {
      what: "the flag counts, whatever the name",
      options: { folders: [{ path: "INBOX" }, { path: "Sent" }, { path: "Gone", specialUse: "\\Sent" }] },
      expected: "Gone",
    },
    {
      what: "without flags, Sent it is",
      options: {
        folders: [{ path: "INBOX" }, { path: "Gesendet" }, { path: "Sent" }],
        without: ["SPECIAL-USE"],
      },
      expected: "Sent",
    },
    {
      what: "an account whose folders are below INBOX has its Sent there",
      options: {
        folders: [{ path: "INBOX" }, { path: "INBOX.Sent" }],
        namespace: { prefix: "INBOX.", delimiter: "." },
      },
      expected: "INBOX.Sent",
    },
    {
      what: "the flag counts below INBOX, too",
      options: {
        folders: [{ path: "INBOX" }, { path: "INBOX.Sent" }, { path: "INBOX.Post", specialUse: "\\Sent" }],
        namespace: { prefix: "INBOX.", delimiter: "." },
      },
      expected: "INBOX.Post",
    },
    {
      what: "a server that knows no namespaces may still keep Sent below INBOX",
      options: {
        folders: [{ path: "INBOX" }, { path: "INBOX/Sent" }],
        without: ["NAMESPACE", "LIST-EXTENDED"],
      },
      expected: "INBOX/Sent",
    },
    {
      what: "another folder's Sent is not ours",
      options: { folders: [{ path: "INBOX" }, { path: "Old" }, { path: "Old/Sent" }, { path: "Sent" }] },
      expected: "Sent",
    },
    {
      what: "the name other mail programs use is better than none",
      options: { folders: [{ path: "INBOX" }, { path: "Sent Items" }] },
      expected: "Sent Items",
    },
    {
      what: "none is an error",
      options: { folders: [{ path: "INBOX" }, { path: "Archive" }] },
      expected: undefined,
    },
  ];
  for (const { what, options, expected } of cases) {
    test(what, async (t) => {
      const server = await aServer(t, options);
      const outcome = await append(server.port);
      if (expected === undefined) {
        assert.ok(outcome instanceof ImapAppendError && outcome.reason === "folder", everythingIn(outcome));
      } else {
        assert.deepEqual(outcome, { folder: expected });
        assert.equal(server.folders(ACCOUNT.user).get(expected)?.length, 1);
      }
    });
  }

  for (const without of [["LITERAL+"], ["UIDPLUS"], ["LIST-EXTENDED"], ["ID", "SASL-IR", "CHILDREN"]]) {
    test(`a server without ${without.join(" and ")} does, too`, async (t) => {
      const server = await aServer(t, { without });
      assert.deepEqual(await append(server.port), { folder: "Sent" });
    });
  }
});

suite("keeping a copy where something is wrong", () => {
  for (const secure of [false, true]) {
    test(`a certificate nobody vouches for is not accepted (${secure ? "TLS" : "STARTTLS"})`, async (t) => {
      const server = await aServer(t, { secure, certificate: await untrustedCertificate(t) });
      if (secure) redirect(t, 993, server.port);
      const error = await append(secure ? 993 : server.port);
      assert.ok(error instanceof ImapAppendError && error.reason === "connection", everythingIn(error));
      assert.match(error.message, /certificate that is not trusted/);
    });
  }

  test("a server that hides STARTTLS does not get the password", async (t) => {
    const server = await aServer(t, { without: ["STARTTLS", "LOGINDISABLED"] });
    const error = await append(server.port);
    assert.ok(error instanceof ImapAppendError && error.reason === "connection", everythingIn(error));
    assert.match(error.message, /did not agree on an encrypted connection/);
  });

  const refusals = [
    {
      method: "AUTHENTICATE",
      body: "[AUTHENTICATIONFAILED] no",
      reason: "credentials",
      text: /did not let the account in: \[AUTHENTICATIONFAILED\] no/,
    },
    { method: "LIST", body: "not today", reason: "refused", text: /not today/ },
    { method: "APPEND", body: "[OVERQUOTA] full", reason: "refused", text: /\[OVERQUOTA\] .*full/ },
    { method: "APPEND", body: "[TRYCREATE] gone", reason: "refused", text: /\[TRYCREATE\]/ },
    { method: "CONNECT", body: "too many connections", reason: "connection", text: /too many connections/ },
  ] as const;
  for (const { method, body, reason, text } of refusals) {
    test(`"${body}" at ${method} is an error that says so`, async (t) => {
      const server = await aServer(t);
      server.faults.add({ kind: "status", method, body });
      const error = await append(server.port);
      assert.ok(error instanceof ImapAppendError && error.reason === reason, everythingIn(error));
      assert.match(error.message, text);
      assert.equal(server.folders(ACCOUNT.user).get("Sent")?.length, 0);
    });
  }

  for (const method of ["CONNECT", "CAPABILITY", "STARTTLS", "AUTHENTICATE", "LIST", "APPEND"]) {
    test(`a connection lost before ${method} is an error`, async (t) => {
      const server = await aServer(t);
      server.faults.add({ kind: "reset-before", method });
      const error = await append(server.port);
      assert.ok(error instanceof ImapAppendError && error.reason === "connection", everythingIn(error));
    });
  }

  test("a copy that was kept but not confirmed is an error; it is there nevertheless", async (t) => {
    const server = await aServer(t);
    server.faults.add({ kind: "reset-after", method: "APPEND" });
    assert.ok((await append(server.port)) instanceof ImapAppendError);
    assert.equal(server.folders(ACCOUNT.user).get("Sent")?.length, 1);
  });

  for (const kind of ["reset-before", "status"] as const) {
    test(`a farewell that fails (${kind}) changes nothing`, async (t) => {
      const server = await aServer(t);
      server.faults.add({ kind, method: "LOGOUT" });
      assert.deepEqual(await append(server.port), { folder: "Sent" });
    });
  }

  test("a server that says nothing is left when the time is up", async (t) => {
    const server = await aServer(t);
    server.faults.add({ kind: "hang", method: "CONNECT" });
    const error = await append(server.port, { timeoutMs: 50 });
    assert.ok(error instanceof ImapAppendError, everythingIn(error));
    assert.match(error.message, /did not answer in time/);
  });

  test("a pass that is over does not wait for its copy", async (t) => {
    const server = await aServer(t);
    const error = await append(server.port, { ...LIMITS, signal: AbortSignal.abort() });
    assert.ok(error instanceof ImapAppendError, everythingIn(error));
  });

  test("a server that repeats the password does not get it into an error", async (t) => {
    const password = "correct-horse-battery";
    const server = await aServer(t, { accounts: [{ ...ACCOUNT, password }] });
    const wire = Buffer.from(`\0${ACCOUNT.user}\0${password}`).toString("base64");
    for (const method of ["AUTHENTICATE", "LIST", "APPEND"]) {
      server.faults.add({ kind: "status", method, body: `you said ${password} or ${wire}` });
      const error: unknown = await appendToSent(
        accountAt(server.port, { password }),
        MIME,
        DATE,
        LIMITS,
      ).catch((caught: unknown) => caught);
      const text = everythingIn(error);
      assert.ok(error instanceof ImapAppendError && !text.includes(password) && !text.includes(wire), text);
      assert.ok(!text.includes("words of the mail"));
    }
  });
});
