import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { openGate } from "./gate.ts";

/** Answers whatever it is told with the same in capitals. */
async function shouter(t: TestContext): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined).on("data", (data) => socket.write(String(data).toUpperCase()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

test("what a host says arrives, and so does the answer", async (t) => {
  const gate = await openGate({ one: await shouter(t), other: await shouter(t) });
  t.after(() => gate.close());
  const client = connect(gate.ports.other, "127.0.0.1");
  client.write("hello");
  assert.equal(String((await once(client, "data"))[0]), "HELLO");
  assert.equal(gate.activity(), 2);
  assert.deepEqual([gate.open("one"), gate.open("other")], [0, 1]);
});

test("a host that is held is silent until it is let go", async (t) => {
  const gate = await openGate({ one: await shouter(t) });
  t.after(() => gate.close());
  const client = connect(gate.ports.one, "127.0.0.1");
  client.write("hello");
  await once(client, "data");
  const held = Promise.withResolvers<void>();
  gate.hold(held.promise);
  client.write("are you there?");
  const late = connect(gate.ports.one, "127.0.0.1");
  late.write("and you?");
  await once(late, "connect");
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  assert.deepEqual([gate.activity(), gate.open("one")], [2, 0]);
  held.resolve();
  const answers = await Promise.all([once(client, "data"), once(late, "data")]);
  assert.deepEqual(answers.map(String), ["ARE YOU THERE?", "AND YOU?"]);
});

test("a host that is cut off loses its connections, and gets no new ones", async (t) => {
  const gate = await openGate({ one: await shouter(t) });
  const client = connect(gate.ports.one, "127.0.0.1");
  client.write("hello");
  await once(client, "data");
  gate.cut();
  const [error] = (await once(client, "error")) as [NodeJS.ErrnoException];
  assert.equal(error.code, "ECONNRESET");
  const [refusal] = (await once(connect(gate.ports.one, "127.0.0.1"), "error")) as [NodeJS.ErrnoException];
  assert.equal(refusal.code, "ECONNREFUSED");
});
