import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { ask } from "../../shared/http/ask.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const clock = fakeClock("2026-11-03T12:00:00Z");
const QUESTION = { method: "POST", body: "{}", timeoutMs: 15_000, clock } as const;

async function aService(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("a redirect is the answer: nothing of the request goes to another address", async (t) => {
  const paths: (string | undefined)[] = [];
  const url = await aService(t, (request, response) => {
    paths.push(request.url);
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  assert.deepEqual(await ask(url, QUESTION), { status: 307, text: "" });
  assert.deepEqual(paths, ["/"]);
});

test("of an answer without an end the beginning is read", async (t) => {
  const url = await aService(t, (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(16_384)));
    };
    response.on("drain", more);
    more();
  });
  const answer = await ask(url, QUESTION);
  assert.equal("text" in answer && answer.text.length, 64 * 1024);
});

test("whoever asks for the status alone does not wait for the rest", async (t) => {
  const url = await aService(t, (_request, response) => {
    response.writeHead(200, { "content-type": "text/plain" }).write("The rest");
  });
  assert.deepEqual(await ask(url, { ...QUESTION, statusAlone: true }), { status: 200, text: "" });
});

test("what does not come in time is late, and what is refused is not", async (t) => {
  const url = await aService(t, () => undefined);
  const asked = ask(url, QUESTION);
  await clock.asleep(15_000);
  await clock.advance(15_000);
  assert.deepEqual(await asked, { silent: "Not done within 15 s", isLate: true });
  const answer = await ask("http://127.0.0.1:1/", QUESTION);
  assert.equal("isLate" in answer && answer.isLate, false);
});
