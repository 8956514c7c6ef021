import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { EventSeed } from "../../../infra/local/emulators/graph/seed.ts";
import { CALENDAR, COACH, anEvent, graphWorld, refusalOf, valuesOf } from "./graph-world.ts";
import type { GraphWorld } from "./graph-world.ts";

const NAME = "org.mantabots";
const TYPE = { "@odata.type": "microsoft.graph.openTypeExtension", extensionName: NAME };
const QUALIFIED = `Microsoft.OutlookServices.OpenTypeExtension.${NAME}`;

async function worldWith(seed: Partial<EventSeed> = {}): Promise<GraphWorld & { path: string; id: string }> {
  const world = await graphWorld();
  const id = world.graph.mailbox(COACH).addEvent(CALENDAR, anEvent("2026-11-03T13:00:00", seed));
  return { ...world, id, path: `/me/events/${id}/extensions` };
}

suite("an open extension of an event", () => {
  test("is made with 201 and read by its name or its qualified name", async () => {
    const { ask, path } = await worldWith();
    const made = await ask(path, { body: { ...TYPE, sent: true, students: "", tries: [1, 2] } });
    assert.equal(made.status, 201);
    const { "@odata.context": _, ...extension } = made.body;
    assert.deepEqual(extension, {
      "@odata.type": "#microsoft.graph.openTypeExtension",
      id: QUALIFIED,
      extensionName: NAME,
      sent: true,
      students: "",
      tries: [1, 2],
    });
    for (const name of [NAME, QUALIFIED]) {
      assert.equal((await ask(`${path}/${name}`)).body["sent"], true);
    }
  });

  test("keeps what a second POST does not mention", async () => {
    const { ask, path } = await worldWith();
    await ask(path, { body: { ...TYPE, sent: true, start: "a" } });
    const again = await ask(path, { body: { ...TYPE, start: "b" } });
    assert.equal(again.status, 201);
    assert.deepEqual([again.body["sent"], again.body["start"]], [true, "b"]);
  });

  test("loses what a PATCH does not mention", async () => {
    const { ask, path, graph, id } = await worldWith();
    await ask(path, { body: { ...TYPE, sent: true, start: "a" } });
    const patched = await ask(`${path}/${QUALIFIED}`, { method: "PATCH", body: { ...TYPE, start: "b" } });
    assert.equal(patched.status, 200);
    assert.deepEqual(graph.mailbox(COACH).extensions(id), { [NAME]: { start: "b" } });
  });

  test("is deleted with 204, and then there is none", async () => {
    const { ask, path } = await worldWith({ extensions: { [NAME]: { sent: true } } });
    const own = `${path}/${NAME}`;
    assert.equal((await ask(own, { method: "DELETE" })).status, 204);
    for (const method of ["GET", "DELETE"]) {
      assert.equal(refusalOf(await ask(own, { method })), "404 ErrorItemNotFound");
    }
    const patch = { method: "PATCH", body: TYPE };
    assert.equal(refusalOf(await ask(own, patch)), "404 ErrorItemNotFound");
  });

  const odd = [
    { name: "an object", body: { ...TYPE, who: { name: "Ada" } } },
    { name: "a list of objects", body: { ...TYPE, who: [{ name: "Ada" }] } },
    { name: "no name", body: { "@odata.type": TYPE["@odata.type"], sent: true } },
    { name: "no type", body: { extensionName: NAME, sent: true } },
  ];
  for (const { name, body } of odd) {
    test(`is refused with ${name}`, async () => {
      const { ask, path } = await worldWith();
      assert.equal(refusalOf(await ask(path, { body })), "400 BadRequest");
    });
  }

  test("is listed to who names it, and to nobody else", async () => {
    const { ask, path } = await worldWith({ extensions: { [NAME]: { sent: true } } });
    assert.deepEqual(valuesOf(await ask(path)), []);
    assert.equal(valuesOf(await ask(`${path}?$filter=id eq '${QUALIFIED}'`)).length, 1);
  });

  test("comes with its event when it is named", async () => {
    const { ask, id } = await worldWith({ extensions: { [NAME]: { sent: true } } });
    const named = await ask(`/me/events/${id}?$expand=extensions($filter=id eq '${NAME}')`);
    assert.equal((named.body["extensions"] as { id: string }[])[0]?.id, QUALIFIED);
    assert.equal("extensions" in (await ask(`/me/events/${id}`)).body, false);
  });

  test("can be made with its event", async () => {
    const { ask, graph } = await graphWorld();
    const at = (dateTime: string): object => ({ dateTime, timeZone: "UTC" });
    const made = await ask("/me/events", {
      body: {
        start: at("2026-11-03T13:00:00"),
        end: at("2026-11-03T14:00:00"),
        extensions: [{ ...TYPE, sent: true }],
      },
    });
    assert.deepEqual(graph.mailbox(COACH).extensions(String(made.body["id"])), { [NAME]: { sent: true } });
  });

  test("on one occurrence belongs to it alone", async () => {
    const { ask, graph, id } = await worldWith({
      recurrence: {
        pattern: { type: "daily", interval: 1 },
        range: { type: "numbered", startDate: "2026-11-03", numberOfOccurrences: 3 },
      },
    });
    const mailbox = graph.mailbox(COACH);
    const second = mailbox.occurrenceId(id, "2026-11-04");
    await ask(`/me/events/${second}/extensions`, { body: { ...TYPE, sent: true } });

    assert.deepEqual(mailbox.extensions(second), { [NAME]: { sent: true } });
    for (const other of [
      id,
      mailbox.occurrenceId(id, "2026-11-03"),
      mailbox.occurrenceId(id, "2026-11-05"),
    ]) {
      assert.equal(refusalOf(await ask(`/me/events/${other}/extensions/${NAME}`)), "404 ErrorItemNotFound");
    }
    assert.throws(() => mailbox.occurrenceId(id, "2026-11-06"), RangeError);
  });
});
