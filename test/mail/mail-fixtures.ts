import { mkdtemp, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import tls from "node:tls";
import { inspect } from "node:util";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";
import type { ServerCertificate } from "../../infra/local/tls.ts";
import type { MailServer } from "../../shared/mail/mail-server.ts";
import type { OutgoingMessage } from "../../shared/mail/message.ts";

export const ACCOUNT = { user: "robots@example.org", password: 'Grüße & "quotes" \\ 1' };

/** Long enough never to matter where the test is not about time. */
export const LIMITS = { timeoutMs: 30_000 };

export async function trustedCertificate(): Promise<ServerCertificate> {
  return (await ensureCertificates(LOCAL_CERTIFICATES)).certificate;
}

/** The same names, vouched for by an authority nobody here knows. */
export async function untrustedCertificate(t: TestContext): Promise<ServerCertificate> {
  const directory = await temporaryDirectory(t);
  return (await ensureCertificates(directory)).certificate;
}

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "rollcall-mail-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export function accountAt(port: number, more: Partial<MailServer> = {}): MailServer {
  return { host: "localhost", port, ...ACCOUNT, ...more };
}

export function aMessage(more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    messageId: "<notice-1@example.org>",
    date: new Date("2026-11-03T13:05:00Z"),
    from: "Robots <robots@example.org>",
    to: ["host@example.org"],
    cc: [],
    replyTo: [],
    subject: "Team session",
    text: "Hello,\n\nwe come on Tuesday.\n",
    headers: {},
    ...more,
  };
}

/** Everything an error would show in a log, its causes included. */
export function everythingIn(error: unknown): string {
  return inspect(error, { depth: 10, showHidden: true });
}

/**
 * The well-known ports need rights that a test has not: until its end, a connection to `port` reaches the local port
 * `target`, whatever the host. All that travels over it is real, and so is the check of the host's certificate.
 */
export function redirect(t: TestContext, port: number, target: number): void {
  replaceConnect(t, net, port, { port: target, host: "127.0.0.1" });
  replaceConnect(t, tls, port, { port: target });
}

type Connect = (options: { port: number; socket?: Socket }, done: () => void) => Socket;

function replaceConnect(
  t: TestContext,
  library: typeof net | typeof tls,
  port: number,
  target: object,
): void {
  const connect = library.connect.bind(library) as Connect;
  t.mock.method(library, "connect", ((options, done) =>
    connect(
      options.port === port && !options.socket ? { ...options, ...target } : options,
      done,
    )) as Connect);
}
