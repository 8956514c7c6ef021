// @peculiar/x509 registers its parts through this polyfill, so it comes first.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { KeyObject, createPrivateKey, randomUUID, webcrypto } from "node:crypto";
import { existsSync } from "node:fs";
import { link, mkdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the certificates of this project's local stack are; trusted.ts has the processes it starts trust them. */
export const LOCAL_CERTIFICATES = fileURLToPath(new URL("../../.local/tls", import.meta.url));

/** What a TLS server of the local stack presents: PEM texts, for node:https as they are. */
export interface ServerCertificate {
  cert: string;
  key: string;
}

interface Authority {
  certificate: x509.X509Certificate;
  key: CryptoKey;
}

type CryptoKey = webcrypto.CryptoKey;

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
const SERVER_DAYS = 365;
/** A server certificate is renewed when fewer days than these are left. */
const RENEWAL_DAYS = 30;

// Node takes no wildcard directly under a top-level name, so the services that have no prefix are named one by one.
const HOSTS = [
  "localhost",
  "login.localhost",
  "graph.localhost",
  "webex.localhost",
  "jira.localhost",
  "vault.localhost",
];
const WILDCARDS = ["*.localhost", "*.vault.localhost", "*.storage.localhost"];
const ADDRESSES = ["127.0.0.1", "::1"];

/**
 * Makes, or finds, the private authority of the local stack and the certificate its servers present.
 * Safe to call from several processes at once: the first authority written is everybody's.
 * @param directory  gets ca.pem (for NODE_EXTRA_CA_CERTS), authority.pem and server.pem (with their keys, mode 0600)
 */
export async function ensureCertificates(
  directory: string,
  now: Date = new Date(),
): Promise<{ caFile: string; certificateFile: string; certificate: ServerCertificate }> {
  await mkdir(directory, { recursive: true });
  const authority = await ensureAuthority(join(directory, "authority.pem"), now);
  const caFile = join(directory, "ca.pem");
  const caText = authority.certificate.toString("pem");
  if (!existsSync(caFile) || (await readFile(caFile, "utf8")) !== caText) await replace(caFile, caText);
  const certificateFile = join(directory, "server.pem");
  return { caFile, certificateFile, certificate: await ensureServer(certificateFile, authority, now) };
}

async function ensureAuthority(file: string, now: Date): Promise<Authority> {
  if (!existsSync(file)) {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: "CN=Rollcall local stack",
      keys,
      notBefore: new Date(now.getTime() - DAY),
      notAfter: new Date(now.getTime() + AUTHORITY_DAYS * DAY),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    await writeFirst(file, pemOf(certificate, keys.privateKey));
  }
  const { cert, key } = split(await readFile(file, "utf8"));
  const certificate = new x509.X509Certificate(cert);
  if (certificate.notAfter.getTime() < now.getTime() + SERVER_DAYS * DAY) {
    throw new Error(`The certificates of the local stack are too old; delete ${file} and start again.`);
  }
  return { certificate, key: await importKey(key) };
}

async function ensureServer(file: string, authority: Authority, now: Date): Promise<ServerCertificate> {
  if (existsSync(file)) {
    const kept = split(await readFile(file, "utf8"));
    if (await isGood(kept.cert, authority, now)) return kept;
  }
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=localhost",
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    notBefore: new Date(now.getTime() - DAY),
    notAfter: new Date(now.getTime() + SERVER_DAYS * DAY),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...[...HOSTS, ...WILDCARDS].map((value) => ({ type: "dns" as const, value })),
        ...ADDRESSES.map((value) => ({ type: "ip" as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  const text = pemOf(certificate, keys.privateKey);
  await replace(file, text);
  return split(text);
}

/** Signed by this authority, for all our names, and not near its end. */
async function isGood(cert: string, authority: Authority, now: Date): Promise<boolean> {
  const certificate = new x509.X509Certificate(cert);
  if (certificate.notAfter.getTime() < now.getTime() + RENEWAL_DAYS * DAY) return false;
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON() ?? [];
  if (![...HOSTS, ...WILDCARDS].every((host) => names.some(({ value }) => value === host))) return false;
  return certificate.verify({ publicKey: authority.certificate.publicKey, signatureOnly: true });
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

function importKey(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, ALGORITHM, true, ["sign"]);
}

function pemOf(certificate: x509.X509Certificate, key: CryptoKey): string {
  const keyText = KeyObject.from(key).export({ type: "pkcs8", format: "pem" });
  return `${certificate.toString("pem").trimEnd()}\n${keyText.toString()}`;
}

function split(text: string): ServerCertificate {
  const start = text.indexOf("-----BEGIN PRIVATE KEY-----");
  return { cert: text.slice(0, start), key: text.slice(start) };
}

/** Writes the file unless another process was first: a link appears whole, or fails because the name is taken. */
async function writeFirst(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600 });
  try {
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(temporary);
  }
}

async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, file);
}
