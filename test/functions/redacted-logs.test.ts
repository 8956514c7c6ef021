import assert from "node:assert/strict";
import { test } from "node:test";
import { startFixture } from "../host/fixture-host.ts";

const TOKEN = "AbCdEfGhIjKlMnOpQrStUvWxYz";

test("no log of the host has a token in it, whoever put it there", async (t) => {
  const { fetch, log } = await startFixture(t, "leaky");
  for (const name of ["throws", "answers", "logs"]) {
    const answer = await fetch(`/api/${name}`);
    assert.ok(!(await answer.text()).includes(TOKEN), `the answer of ${name}`);
    await log.said(new RegExp(`^Executed 'Functions\\.${name}'`));
  }
  await log.said(/client_secret=REDACTED/);
  await log.said(/state=REDACTED/);
  await log.said(/access_token=REDACTED was refused/, 2);
  await log.said(/caused by .*refresh_token: 'REDACTED'/);
  assert.deepEqual(
    log.entries.filter((entry) => JSON.stringify(entry).includes(TOKEN)),
    [],
  );
});
