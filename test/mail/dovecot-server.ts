import { execFileSync, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { ServerCertificate } from "../../infra/local/tls.ts";

export interface DovecotAccount {
  user: string;
  password: string;
  /** No limit unless given. */
  quotaBytes?: number;
}

export interface Dovecot {
  /** STARTTLS. */
  port: number;
  /** TLS from the first byte. */
  securePort: number;
  /** Ends it and deletes its mails. */
  stop(): Promise<void>;
}

/** Why the real server cannot be used here; undefined when it can. */
export function dovecotIsMissing(): string | undefined {
  const { stdout, error } = spawnSync("dovecot", ["--version"], { encoding: "utf8" });
  if (error) return "needs Dovecot (Debian: apt-get install dovecot-imapd)";
  return stdout.startsWith("2.3.") ? undefined : `is written for Dovecot 2.3; this is ${stdout.trim()}`;
}

const MOST_TRIES = 3;

/** Starts a Dovecot of the test's own on loopback, with its mails in a temporary directory. */
export async function startDovecot(
  certificate: ServerCertificate,
  accounts: DovecotAccount[],
): Promise<Dovecot> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnFreePorts(certificate, accounts);
    } catch (error) {
      // Somebody else may take a port between its being found and its being used.
      if (tries === MOST_TRIES || !String(error).includes("Address already in use")) throw error;
    }
  }
}

async function startOnFreePorts(
  certificate: ServerCertificate,
  accounts: DovecotAccount[],
): Promise<Dovecot> {
  const directory = await mkdtemp(join(tmpdir(), "rollcall-dovecot-"));
  const [port, securePort] = [await freePort(), await freePort()];
  const file = join(directory, "dovecot.conf");
  // Its processes run under other users when the test is run by root.
  await chmod(directory, 0o755);
  await writeFile(join(directory, "server.pem"), certificate.cert);
  await writeFile(join(directory, "server.key"), certificate.key, { mode: 0o600 });
  await writeAccounts(directory, accounts);
  await writeFile(file, configuration(directory, port, securePort));
  const server = spawn("dovecot", ["-F", "-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  const stop = async (): Promise<void> => {
    await ended(server);
    await rm(directory, { recursive: true, force: true });
  };
  await running(server).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { port, securePort, stop };
}

const NOBODY = 65534;

async function writeAccounts(directory: string, accounts: DovecotAccount[]): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  const uid = isRoot ? NOBODY : process.getuid?.();
  const gid = isRoot ? NOBODY : process.getgid?.();
  const lines: string[] = [];
  for (const { user, password, quotaBytes } of accounts) {
    const home = join(directory, user);
    await mkdir(home);
    if (isRoot) await chown(home, NOBODY, NOBODY);
    const secret = `{PLAIN.b64}${Buffer.from(password).toString("base64")}`;
    const extra = quotaBytes === undefined ? "" : `userdb_quota_rule=*:bytes=${quotaBytes}`;
    lines.push([user, secret, uid, gid, "", home, "", extra].join(":"));
  }
  await writeFile(join(directory, "users"), `${lines.join("\n")}\n`);
}

/** @see https://doc.dovecot.org/2.3/configuration_manual/howto/rootless/ */
function configuration(directory: string, port: number, securePort: number): string {
  return `
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = /dev/stderr
${process.getuid?.() === 0 ? "" : unprivileged()}
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <${directory}/server.pem
ssl_key = <${directory}/server.key
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_plugins = quota
plugin {
  quota = maildir:User quota
}
passdb {
  driver = passwd-file
  args = ${directory}/users
}
userdb {
  driver = passwd-file
  args = ${directory}/users
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    auto = subscribe
    special_use = \\Sent
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${securePort}
    ssl = yes
  }
}
service anvil {
  chroot =
  # Without it, nobody waits after a wrong password.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`;
}

function unprivileged(): string {
  const { username } = userInfo();
  const group = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
  return `
default_login_user = ${username}
default_internal_user = ${username}
default_internal_group = ${group}
first_valid_uid = 1
`;
}

/** It cannot be told to take any free port, so one is found for it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function running(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      if (said.includes("starting up")) resolve();
    });
    server.once("exit", () => reject(new Error(`Dovecot did not start: ${said}`)));
  });
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  server.kill("SIGTERM");
  await once(server, "exit");
}
