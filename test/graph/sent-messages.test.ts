import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import pLimit from "p-limit";
import { type Emulator, type EmulatorRequest, startEmulator } from "../../infra/local/emulators/emulator.ts";
import type { GraphOptions } from "../../infra/local/emulators/graph/graph.ts";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";
import { type GraphRoad, openGraphRoad } from "../../shared/graph/graph-road.ts";
import { findMessages } from "../../shared/graph/sent-messages.ts";
import type { Sighting } from "../../shared/mail/sighting.ts";
import { contractObserver } from "../contracts/contract-check.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { COACH, graphWorld, type GraphWorld, NOW } from "../infra/graph/graph-world.ts";

const DELAY_MS = 60_000;
const FOUND = { state: "found" };
const NOT_FOUND = { state: "not_found" };

const idOf = (name: string | number): string => `<${name}@mantabots.example>`;

interface Search extends GraphWorld {
  send(...messageIds: string[]): Promise<void>;
  /** What `findMessages` tells, and how many requests it took; both sides kept to what Microsoft publishes. */
  find(...messageIds: string[]): Promise<{ sightings: Record<string, Sighting>; requests: number }>;
}

/** A mailbox whose sent mail shows after a minute, and a road to it for who may read the basics of it. */
async function aSearch(
  options: Partial<GraphOptions> = {},
  scopes: string[] = ["Mail.ReadBasic"],
): Promise<Search> {
  const contract = contractObserver("msgraph");
  const onExchange = contract.onExchange;
  const world = await graphWorld({}, { sentItemsDelayMs: DELAY_MS, onExchange, ...options });
  return {
    ...world,
    async send(...messageIds) {
      for (const internetMessageId of messageIds) {
        const toRecipients = [{ emailAddress: { address: "frontdesk@example.org" } }];
        await world.ask("/me/sendMail", { body: { message: { internetMessageId, toRecipients } } });
      }
    },
    async find(...messageIds) {
      const counts = { requests: 0 };
      const road = await roadTo(world.graph.url, world.token({ scopes }), counts);
      const sightings = Object.fromEntries(await findMessages(road, messageIds));
      contract.assertClean();
      return { sightings, requests: counts.requests };
    },
  };
}

/** Its clock makes nobody wait. */
function roadTo(graphUrl: string, token: string, counts = { requests: 0 }): Promise<GraphRoad> {
  return openGraphRoad({
    graphUrl,
    token: () => Promise.resolve(token),
    limit: pLimit(4),
    clock: fakeClock(NOW, { auto: 25_000 }),
    signal: new AbortController().signal,
    onRequest: () => (counts.requests += 1),
    onThrottled: () => undefined,
  });
}

suite("a mail looked for by its Message-ID", () => {
  test("is found with one request, by who may read no more than the basics", async () => {
    const { send, pass, find } = await aSearch();
    await send(idOf("one"), idOf("two"));
    pass(DELAY_MS);
    assert.deepEqual(await find(idOf("one")), { sightings: { [idOf("one")]: FOUND }, requests: 1 });
  });

  test("is not found when it was never sent", async () => {
    const { send, pass, find } = await aSearch();
    await send(idOf("one"));
    pass(DELAY_MS);
    assert.deepEqual(await find(idOf("on")), { sightings: { [idOf("on")]: NOT_FOUND }, requests: 1 });
  });

  for (const folder of ["deleteditems", "inbox"] as const) {
    test(`is found where a person has moved it: ${folder}`, async () => {
      const { send, pass, find, graph } = await aSearch();
      await send(idOf("moved"));
      pass(DELAY_MS);
      graph.mailbox(COACH).moveMessage(idOf("moved"), folder);
      assert.deepEqual((await find(idOf("moved"))).sightings, { [idOf("moved")]: FOUND });
    });
  }

  test("is not found while it is on its way and nothing of it shows", async () => {
    const { send, pass, find } = await aSearch({ messageOnItsWay: "hidden" });
    await send(idOf("late"));
    pass(DELAY_MS - 1);
    assert.deepEqual((await find(idOf("late"))).sightings, { [idOf("late")]: NOT_FOUND });
    pass(1);
    assert.deepEqual((await find(idOf("late"))).sightings, { [idOf("late")]: FOUND });
  });

  for (const others of [[], [idOf("never sent")]]) {
    const company = others.length > 0 ? "in a batch" : "alone";
    test(`proves nothing while it is a draft (${company})`, async () => {
      const { send, pass, find } = await aSearch({ messageOnItsWay: "draft" });
      await send(idOf("late"));
      pass(DELAY_MS - 1);
      const before = await find(idOf("late"), ...others);
      assert.equal(before.sightings[idOf("late")], undefined);
      assert.equal(Object.keys(before.sightings).length, others.length);
      pass(1);
      assert.deepEqual((await find(idOf("late"), ...others)).sightings[idOf("late")], FOUND);
    });

    test(`is found on a later page than a draft of it (${company})`, async () => {
      const { send, pass, find, graph } = await aSearch({ messageOnItsWay: "draft" });
      await send(idOf("twice"));
      pass(DELAY_MS);
      await send(idOf("twice"));
      graph.settings.largestPage = 1;
      assert.deepEqual((await find(idOf("twice"), ...others)).sightings[idOf("twice")], FOUND);
    });

    test(`is found whatever characters its id has (${company})`, async () => {
      const odd = `<it's+50%&more#1?=/"\\@mantabots.example>`;
      const { send, pass, find } = await aSearch();
      await send(odd);
      pass(DELAY_MS);
      assert.deepEqual((await find(odd, ...others)).sightings[odd], FOUND);
      assert.deepEqual((await find(odd.replace("'", ""))).sightings, { [odd.replace("'", "")]: NOT_FOUND });
    });

    test(`is unread, and not absent, without the permission: the text says which (${company})`, async () => {
      const { find } = await aSearch({}, ["Mail.Send"]);
      const { sightings } = await find(idOf("one"), ...others);
      const sighting = sightings[idOf("one")];
      assert.ok(sighting?.state === "unread", JSON.stringify(sightings));
      assert.match(sighting.error, /403 ErrorAccessDenied: Access is denied/);
      assert.match(sighting.error, /Mail\.ReadBasic: connect the account again and consent to it\.$/);
    });
  }
});

suite("many mails", () => {
  test("are looked for twenty a request, each once", async () => {
    const { send, pass, find } = await aSearch();
    const ids = Array.from({ length: 45 }, (_, index) => idOf(index));
    const sent = ids.filter((_, index) => index % 3 === 0);
    await send(...sent);
    pass(DELAY_MS);
    const { sightings, requests } = await find(...ids, ...ids);
    assert.equal(requests, 3);
    assert.deepEqual(
      sightings,
      Object.fromEntries(ids.map((id) => [id, sent.includes(id) ? FOUND : NOT_FOUND])),
    );
  });

  test("are not hidden by the one whose search fails", async () => {
    const { send, pass, find, graph } = await aSearch();
    await send(idOf("one"), idOf("two"));
    pass(DELAY_MS);
    graph.faults.add({ kind: "status", status: 500, method: "GET", path: "two", times: 0 });
    const { sightings } = await find(idOf("one"), idOf("two"), idOf("three"));
    assert.deepEqual(sightings[idOf("one")], FOUND);
    assert.deepEqual(sightings[idOf("three")], NOT_FOUND);
    assert.equal(sightings[idOf("two")]?.state, "unread");
  });

  test("are none, and no request", async () => {
    const { find } = await aSearch();
    assert.deepEqual(await find(), { sightings: {}, requests: 0 });
  });

  for (const count of [1, 2]) {
    test(`are unread when the service is not there (${count})`, async () => {
      const { find, graph } = await aSearch();
      const ids = Array.from({ length: count }, (_, index) => idOf(index));
      graph.faults.add({ kind: "reset-before", times: 0 });
      const { sightings } = await find(...ids);
      assert.equal(Object.keys(sightings).length, count);
      for (const sighting of Object.values(sightings)) {
        assert.ok(sighting.state === "unread", JSON.stringify(sighting));
        assert.match(sighting.error, /gave no answer to/);
      }
    });
  }
});

suite("a service that answers in its own way", () => {
  const servers: Emulator[] = [];
  after(() => Promise.all(servers.map((server) => server.close())));
  const certificates = ensureCertificates(LOCAL_CERTIFICATES);

  /** A Graph that knows one answer to every question, alone or in a batch. */
  async function scripted(answer: (request: EmulatorRequest, url: string) => object): Promise<GraphRoad> {
    const server: Emulator = await startEmulator(
      "graph",
      { certificate: (await certificates).certificate },
      (request) => {
        const body = answer(request, server.url);
        if (!request.path.endsWith("/$batch")) return { status: 200, body };
        const { requests } = request.json() as { requests: { id: string }[] };
        return { status: 200, body: { responses: requests.map(({ id }) => ({ id, status: 200, body })) } };
      },
    );
    servers.push(server);
    return roadTo(server.url, "token");
  }

  for (const ids of [[idOf("one")], [idOf("one"), idOf("two")]]) {
    test(`is read to its last page, over empty ones (${ids.length})`, async () => {
      const road = await scripted(({ query }, url) =>
        query.get("$skip") === "100"
          ? { value: [{ id: "1", isDraft: false }] }
          : { value: [], "@odata.nextLink": `${url}/v1.0/me/messages?$skip=100` },
      );
      assert.deepEqual(await findMessages(road, ids), new Map<string, unknown>(ids.map((id) => [id, FOUND])));
    });

    for (const message of [{ id: "1" }, { id: "1", isDraft: null }]) {
      test(`tells nothing with ${JSON.stringify(message)} (${ids.length})`, async () => {
        const road = await scripted(() => ({ value: [message] }));
        for (const sighting of (await findMessages(road, ids)).values()) {
          assert.ok(sighting.state === "unread", JSON.stringify(sighting));
          assert.match(sighting.error, /in an unknown form/);
        }
      });
    }
  }
});
