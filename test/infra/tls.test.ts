import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { ensureCertificates } from "../../infra/local/tls.ts";

const DAY = 86_400_000;

suite("the certificates of the local stack", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "tls-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  test("cover the host names in use, and are signed by the authority", async () => {
    const { caFile, certificate } = await ensureCertificates(directory);
    const server = new X509Certificate(certificate.cert);
    const authority = new X509Certificate(await readFile(caFile));
    assert.ok(authority.ca);
    assert.ok(server.verify(authority.publicKey));
    for (const host of ["localhost", "login.localhost", "graph.localhost", "rollcall.vault.localhost"]) {
      assert.ok(server.checkHost(host), host);
    }
    for (const address of ["127.0.0.1", "::1"]) assert.ok(server.checkIP(address), address);
  });

  test("keep private keys from other users", async () => {
    await ensureCertificates(directory);
    for (const file of ["authority.pem", "server.pem"]) {
      assert.equal((await stat(join(directory, file))).mode & 0o777, 0o600, file);
    }
  });

  test("stay the same until the server's nears its end; then only that is renewed", async () => {
    const start = new Date("2026-01-01T00:00:00Z");
    const first = await ensureCertificates(directory, start);
    const ca = await readFile(first.caFile, "utf8");
    const soon = await ensureCertificates(directory, new Date(start.getTime() + 300 * DAY));
    assert.equal(soon.certificate.cert, first.certificate.cert);
    const late = await ensureCertificates(directory, new Date(start.getTime() + 340 * DAY));
    assert.notEqual(late.certificate.cert, first.certificate.cert);
    assert.equal(await readFile(late.caFile, "utf8"), ca);
  });

  test("say what to delete when the authority is too old", async () => {
    const start = new Date("2026-01-01T00:00:00Z");
    await ensureCertificates(directory, start);
    const tooLate = new Date(start.getTime() + 3400 * DAY);
    await assert.rejects(ensureCertificates(directory, tooLate), /delete .*authority\.pem/);
  });

  test("made by several at once come from one authority", async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => ensureCertificates(directory)));
    const authority = new X509Certificate(await readFile(join(directory, "ca.pem")));
    for (const { certificate } of made) {
      assert.ok(new X509Certificate(certificate.cert).verify(authority.publicKey));
    }
  });
});
