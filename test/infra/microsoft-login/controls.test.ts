import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { ADA, APP, aLoginWorld } from "./login-world.ts";
import type { LoginWorld } from "./login-world.ts";

suite("the Microsoft login emulator", () => {
  let world: LoginWorld;
  beforeEach(async () => {
    world = await aLoginWorld();
  });
  afterEach(() => world.login.close());

  test("the controls can be reached over HTTP", async () => {
    const token = await world.login.grant(APP, ADA, "Mail.Send");
    const control = (name: string, given: unknown[]): Promise<Response> =>
      fetch(`${world.login.url}/_control/${name}`, { method: "POST", body: JSON.stringify(given) });
    assert.equal((await control("revokeAccount", [ADA])).status, 204);
    assert.deepEqual((await world.refresh(token)).body.error_codes, [50173]);
    const granted = (await (await control("grant", [APP, ADA, "Mail.Send"])).json()) as { result: string };
    assert.equal((await world.refresh(granted.result)).status, 200);
    assert.equal((await control("expireSecret", ["nobody"])).status, 400);
    assert.equal((await control("constructor", [])).status, 404);
  });

  test("knows its grants and its keys after a restart", async () => {
    const directory = await mkdtemp(join(tmpdir(), "login-"));
    const stateFile = join(directory, "login.json");
    const first = await aLoginWorld({ stateFile });
    const token = await first.login.grant(APP, ADA, "Mail.Send");
    await first.login.close();

    const second = await aLoginWorld({ stateFile });
    const { body } = await second.refresh(token);
    assert.equal(first.login.readToken(body.access_token)?.account, ADA);
    await second.login.close();
    await rm(directory, { recursive: true });
  });

  test("gives out access tokens of the life it was told", async () => {
    const { refresh_token: token } = await world.consented();
    world.login.setAccessTokenLife(600);
    const { body } = await world.refresh(token);
    assert.equal(body["expires_in"], 600);
    assert.equal(world.login.readToken(body.access_token)?.expiresAt.getTime(), world.now + 600_000);
  });
});
