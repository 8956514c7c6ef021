import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
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
