import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { startMediator } from "../../../infra/local/emulators/mediator/mediator.ts";
import type { Mediator } from "../../../infra/local/emulators/mediator/mediator.ts";
import { startEmulator } from "../../../infra/local/emulators/emulator.ts";
import type { EmulatorAnswer } from "../../../infra/local/emulators/emulator.ts";

const ADA = "ada@contoso.example";
const BOB = "bob@contoso.example";

/** A mediator, and a monitor that notes what it is told and answers with this. */
async function aWorld(answer: EmulatorAnswer = { status: 200, body: "<h1>You would like…</h1>" }): Promise<{
  mediator: Mediator;
  told: unknown[];
}> {
  const told: unknown[] = [];
  const monitor = await startEmulator("monitor", { certificate: "none" }, (request) => {
    told.push([request.path, request.headers["content-type"], request.json()]);
    return answer;
  });
  const users = [{ alias: ADA }, { alias: BOB, active: false }];
  const mediator = await startMediator({ monitorUrl: `${monitor.url}/api/hooks/t0ken`, users });
  after(() => Promise.all([monitor.close(), mediator.close()]));
  return { mediator, told };
}

interface Answered {
  status: number;
  text: string;
}

async function ask(mediator: Mediator, path: string, body?: unknown, method = "POST"): Promise<Answered> {
  const response = await fetch(mediator.url + path, {
    method: body === undefined ? method : "POST",
    redirect: "manual",
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

suite("setstatus of vmo-mediator", () => {
  const cases: [name: string, body: unknown, status: number, text: RegExp][] = [
    ["that is no JSON", "<status>", 400, /^\{"result":"Invalid JSON"\}\n$/],
    ["without a status", { email: ADA, message: "" }, 400, /Invalid JSON/],
    ["that is a list", [ADA, "True"], 400, /Invalid JSON/],
    ["of somebody it does not know", { email: "x@y.example", status: "True", message: "" }, 404, /Not Found/],
    ["of a known address in capitals", { email: ADA.toUpperCase(), status: "True", message: "" }, 404, /Not/],
    ["without a message", { email: ADA, status: "True" }, 500, /UnboundLocalError/],
    ["with a boolean", { email: ADA, status: true, message: "" }, 500, /TypeError/],
    [
      "with an apostrophe in the address",
      { email: "o'b@c.example", status: "True", message: "" },
      500,
      /sql/,
    ],
    [
      "that is complete",
      { email: ADA, status: "True", message: "Back on Monday." },
      200,
      /^\{"result":"True"\}\n$/,
    ],
  ];
  test("answers as its program does, mistakes included", async () => {
    const { mediator } = await aWorld();
    for (const [name, body, status, text] of cases) {
      const answered = await ask(mediator, "/api/setstatus", body);
      assert.equal(answered.status, status, name);
      assert.match(answered.text, text, name);
    }
  });

  test("switches the greeting, and leaves its text when there is none", async () => {
    const { mediator } = await aWorld();
    await ask(mediator, "/api/setstatus", { email: ADA, status: "True", message: "Back on Monday." });
    await ask(mediator, "/api/setstatus", { email: ADA, status: "False", message: "" });
    assert.deepEqual(
      mediator.greetings.map(({ alias, extension, action, message }) => [alias, extension, action, message]),
      [
        [ADA, "4001", "True", "Back on Monday."],
        [ADA, "4001", "False", undefined],
      ],
    );
    assert.match(
      (await ask(mediator, "/", undefined, "GET")).text,
      /<td>ada@contoso.example<td>4001<td>False/,
    );
  });

  test("passes on what the voice-mail system answers", async () => {
    const { mediator } = await aWorld();
    const body = { email: ADA, status: "True", message: "x" };
    mediator.settings.voiceMailAnswer = 502;
    assert.deepEqual(await ask(mediator, "/api/setstatus", body), {
      status: 502,
      text: '{"result":"Internal Error"}\n',
    });
    mediator.settings.voiceMailAnswer = "unreachable";
    assert.equal((await ask(mediator, "/api/setstatus", body)).status, 403);
    assert.deepEqual(mediator.greetings, []);
  });
});

suite("vmo-mediator tells the monitor", () => {
  const json = "application/json";
  const path = "/api/hooks/t0ken/monitor";

  test("of everybody in its table, when it is asked to set up", async () => {
    const { mediator, told } = await aWorld();
    const expected = { status: 200, text: '{"result":"True"}\n' };
    assert.deepEqual(await ask(mediator, "/api/setup"), expected);
    assert.deepEqual(told, [
      [path, json, { email: ADA, status: "True" }],
      [path, json, { email: BOB, status: "False" }],
    ]);
  });

  test("that all went well, even when the monitor is not there", async () => {
    const { mediator } = await aWorld({ status: 500 });
    assert.equal((await ask(mediator, "/api/setup")).status, 200);
    assert.deepEqual(
      mediator.registrations.map(({ answered }) => answered),
      [500, 500],
    );
    mediator.settings.monitorUrl = "http://127.0.0.1:1";
    assert.equal((await ask(mediator, "/api/setup")).status, 200);
    assert.equal((await ask(mediator, `/toggle_status/${ADA}`)).status, 500);
  });

  test("of the one whose button was pressed", async () => {
    const { mediator, told } = await aWorld();
    assert.equal((await ask(mediator, `/toggle_status/${ADA}`, undefined, "GET")).status, 302);
    assert.deepEqual(told, [[path, json, { email: ADA, status: "False" }]]);
    assert.equal((await ask(mediator, "/toggle_status/nobody")).status, 500);
  });
});

test("the table of vmo-mediator is filled from the voice-mail system, and never emptied by it", async () => {
  const { mediator } = await aWorld();
  await ask(mediator, "/clear-tables", undefined, "GET");
  assert.equal(
    (await ask(mediator, "/api/setstatus", { email: ADA, status: "True", message: "" })).status,
    404,
  );
  assert.equal((await ask(mediator, "/syncdbs", undefined, "GET")).status, 302);
  const { text } = await ask(mediator, "/", undefined, "GET");
  assert.match(text, /<td>bob@contoso.example<td>4002<td>False<td>True/);
});

test("a mediator can be told over HTTP what its pages do", async () => {
  const { mediator } = await aWorld();
  await ask(mediator, "/_control/addUser", [{ alias: "eve@contoso.example", extension: "4711" }]);
  await ask(mediator, "/api/setstatus", { email: "eve@contoso.example", status: "True", message: "Away" });
  const { text } = await ask(mediator, "/_control/greeting", ["eve@contoso.example"]);
  const { result } = JSON.parse(text) as { result: Record<string, unknown> };
  assert.deepEqual([result["extension"], result["message"]], ["4711", "Away"]);
  assert.equal((await ask(mediator, "/_control/nothing", [])).status, 404);
});
