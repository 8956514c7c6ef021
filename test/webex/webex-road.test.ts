import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { z } from "zod";
import { webexPace } from "../../shared/webex/pace.ts";
import { effectOf } from "../../shared/http/service-error.ts";
import {
  WebexAnswerError,
  WebexServiceError,
  WebexThrottledError,
  WebexUnreachableError,
} from "../../shared/webex/webex-error.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { failureOf, ride } from "./webex-ride.ts";

const Item = z.object({ n: z.number() });
const harmless = { harmless: true };
const harmful = { harmless: false };

suite("a collection", () => {
  test("is read through all its pages, by the links of their headers", async () => {
    const { road, server, counts } = await ride(({ query }) => {
      const page = Number(query.get("cursor") ?? 0);
      const link = `<${server.url}/v1/things?max=1&cursor=${page + 1}>; rel="next"`;
      return { status: 200, body: { items: [{ n: page }] }, ...(page < 3 ? { headers: { link } } : {}) };
    });
    assert.deepEqual(await road.list("/things", Item), [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]);
    assert.equal(counts.requests, 4);
  });

  test("may have an empty page before others", async () => {
    const { road, server } = await ride(({ query }) =>
      query.has("cursor")
        ? { status: 200, body: { items: [{ n: 1 }] } }
        : {
            status: 200,
            body: { items: [] },
            headers: { link: `<${server.url}/v1/things?cursor=1>; rel=next` },
          },
    );
    assert.deepEqual(await road.list("/things", Item), [{ n: 1 }]);
  });

  test("may have links without a host", async () => {
    const { road } = await ride(({ query }) =>
      query.has("cursor")
        ? { status: 200, body: { items: [{ n: 1 }] } }
        : { status: 200, body: { items: [] }, headers: { link: "</v1/things?cursor=1>; rel=next" } },
    );
    assert.deepEqual(await road.list("/things", Item), [{ n: 1 }]);
  });

  test("is not followed to another host, and the token does not travel there", async () => {
    const { road, server } = await ride(() => ({
      status: 200,
      body: { items: [] },
      headers: { link: '<https://evil.localhost:1/v1/things?cursor=1>; rel="next"' },
    }));
    await assert.rejects(road.list("/things", Item), /another host \(evil\.localhost:1\)/u);
    assert.equal(server.exchanges.length, 1);
  });

  test("whose links lead round in a circle is an error, not a list without end", async () => {
    const { road, server, counts } = await ride(({ query }) => {
      const cursor = query.get("cursor") === "1" ? "2" : "1";
      const link = `<${server.url}/v1/things?cursor=${cursor}>; rel="next"`;
      return { status: 200, body: { items: [{ n: 1 }] }, headers: { link } };
    });
    await assert.rejects(road.list("/things", Item), { name: "WebexAnswerError", message: /in a circle/u });
    assert.ok(counts.requests <= 4);
  });

  test("whose link cannot be read is an error, not the last page", async () => {
    const { road } = await ride(() => ({
      status: 200,
      body: { items: [{ n: 1 }] },
      headers: { link: "https://webexapis.com/v1/things; rel=next" },
    }));
    await assert.rejects(road.list("/things", Item), {
      name: "WebexAnswerError",
      message: /cannot be read/u,
    });
  });

  test("without items is an error, not an empty one", async () => {
    const { road } = await ride(() => ({ status: 200, body: {} }));
    await assert.rejects(road.list("/things", Item), { name: "WebexAnswerError", message: /items/u });
  });

  test("of which a page fails half way throws, after the pages before it were given out", async () => {
    const { road, server } = await ride(({ query }) => {
      const page = Number(query.get("cursor") ?? 0);
      if (page === 2) return { status: 403 };
      const link = `<${server.url}/v1/things?cursor=${page + 1}>; rel="next"`;
      return { status: 200, body: { items: [{ n: page }] }, headers: { link } };
    });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const page of road.pages("/things", Item)) seen.push(...page.map(({ n }) => n));
    })();
    await assert.rejects(reading, { name: "WebexServiceError", status: 403 });
    assert.deepEqual(seen, [0, 1]);
  });
});

suite("a request that was told to wait", () => {
  for (const status of [429, 423]) {
    test(`with ${status} is sent again when Retry-After is over`, async () => {
      const { road, server, counts, clock } = await ride(() => ({ status: 200, body: { n: 1 } }));
      server.faults.add({ kind: "status", status, headers: { "retry-after": "7" }, times: 2 });
      assert.deepEqual(await road.get("/me", Item), { n: 1 });
      assert.deepEqual([counts.requests, counts.throttled], [3, 2]);
      assert.deepEqual(
        clock.sleeps.filter((sleep) => sleep < 60_000),
        [7000, 7000],
      );
    });

    test(`with ${status} is sent again even when it could do harm twice, since Webex did nothing`, async () => {
      const { road, server, counts } = await ride(() => ({ status: 200, body: {} }));
      server.faults.add({ kind: "status", status, headers: { "retry-after": "1" } });
      await road.write("POST", "/messages", {}, harmful);
      assert.equal(counts.requests, 2);
    });
  }

  test("keeps everybody else of the account from sending meanwhile, on other roads, too", async () => {
    const clock = fakeClock("2026-11-03T04:30:00Z");
    const pace = webexPace({ clock });
    const one = await ride(() => ({ status: 200, body: { n: 1 } }), { clock, pace });
    const other = await ride(() => ({ status: 200, body: { n: 2 } }), { clock, pace });
    one.server.faults.add({ kind: "status", status: 429, headers: { "retry-after": "30" } });
    const first = one.road.get("/me", Item);
    await clock.asleep(30_000);
    const second = other.road.get("/me", Item);
    await clock.advance(29_999);
    assert.deepEqual([one.counts.requests, other.counts.requests], [1, 0]);
    await clock.advance(1000);
    assert.deepEqual(await Promise.all([first, second]), [{ n: 1 }, { n: 2 }]);
  });

  test("waits a growing while when it is not told how long", async () => {
    const { road, server, clock } = await ride(() => ({ status: 200, body: { n: 1 } }));
    server.faults.add({ kind: "status", status: 429, times: 3 });
    await road.get("/me", Item);
    assert.deepEqual(
      clock.sleeps.filter((sleep) => sleep < 60_000),
      [1000, 2000, 4000],
    );
  });

  test("for longer than anybody waits fails at once, and so do all until that is over", async () => {
    const { road, server, counts, clock } = await ride(() => ({ status: 200, body: { n: 1 } }));
    server.faults.add({ kind: "status", status: 429, headers: { "retry-after": "3600" } });
    await assert.rejects(road.get("/me", Item), {
      name: "WebexServiceError",
      status: 429,
      retryAfterMs: 3_600_000,
    });
    const error = await failureOf(road.get("/me", Item));
    assert.ok(error instanceof WebexThrottledError);
    assert.match(error.message, /until 2026-11-03T05:30:00\.000Z/u);
    assert.equal(effectOf(error), "none");
    assert.equal(counts.requests, 1);
    await clock.advance(3_600_000);
    assert.deepEqual(await road.get("/me", Item), { n: 1 });
  });

  test("again and again is given up in the end", async () => {
    const { road, server, counts } = await ride(() => ({ status: 200, body: { n: 1 } }));
    server.faults.add({ kind: "status", status: 429, headers: { "retry-after": "1" }, times: 0 });
    await assert.rejects(road.get("/me", Item), { name: "WebexServiceError", status: 429 });
    assert.equal(counts.requests, 20);
  });

  test("waits no longer than the run", async () => {
    const clock = fakeClock("2026-11-03T04:30:00Z");
    const run = new AbortController();
    const { road, server, counts } = await ride(() => ({ status: 200 }), { clock, signal: run.signal });
    server.faults.add({ kind: "status", status: 429, headers: { "retry-after": "30" } });
    const failure = failureOf(road.write("DELETE", "/memberships/1", undefined, harmless));
    await clock.asleep(30_000);
    run.abort(new Error("the time of the run is over"));
    const error = await failure;
    assert.ok(error instanceof WebexUnreachableError);
    assert.match(error.message, /the time of the run is over/u);
    assert.equal(effectOf(error), "none");
    assert.equal(counts.requests, 1);
  });
});

suite("a request that failed in passing", () => {
  for (const status of [500, 502, 503, 504]) {
    test(`with ${status} is sent again when that is harmless`, async () => {
      const { road, server, counts } = await ride(() => ({ status: 200, body: { n: 1 } }));
      server.faults.add({ kind: "status", status, times: 2 });
      assert.deepEqual(await road.get("/me", Item), { n: 1 });
      server.faults.add({ kind: "status", status });
      await road.write("DELETE", "/memberships/1", undefined, harmless);
      assert.equal(counts.requests, 5);
    });
  }

  test("is sent once only when it could do harm twice, and its effect is unknown", async () => {
    const { road, server, counts } = await ride(() => ({ status: 200 }));
    server.faults.add({ kind: "status", status: 502 });
    const error = await failureOf(road.write("POST", "/messages", {}, harmful));
    assert.ok(error instanceof WebexServiceError);
    assert.equal(effectOf(error), "unknown");
    assert.equal(counts.requests, 1);
  });

  test("is sent again when the connection was lost", async () => {
    const { road, server } = await ride(() => ({ status: 200, body: { n: 1 } }));
    server.faults.add({ kind: "reset-before", times: 2 });
    assert.deepEqual(await road.get("/me", Item), { n: 1 });
  });

  test("and then is refused remembers that an earlier try may have had its effect", async () => {
    for (const refused of [400, 404, 429]) {
      const headers = { "retry-after": "3600" };
      const { road, server } = await ride(() => ({ status: refused, headers }));
      server.faults.add({ kind: "reset-after" });
      const error = await failureOf(road.write("DELETE", "/memberships/1", undefined, harmless));
      assert.ok(error instanceof WebexServiceError);
      assert.deepEqual([error.status, effectOf(error)], [refused, "unknown"]);
    }
  });

  test("remembers it when there is no token for the next try, or another has been told to wait", async () => {
    let tokens = 0;
    const token = async (): Promise<string> => {
      tokens += 1;
      if (tokens > 1) throw new Error("no token");
      return "first";
    };
    const alone = await ride(() => ({ status: 504 }), { token });
    const noToken = await failureOf(alone.road.write("DELETE", "/memberships/1", undefined, harmless));
    assert.deepEqual([String(noToken), effectOf(noToken)], ["Error: no token", "unknown"]);

    const clock = fakeClock("2026-11-03T04:30:00Z", { auto: 59_000 });
    const pace = webexPace({ clock });
    const { road } = await ride(
      () => {
        pace.heed(429, 3_600_000);
        return { status: 504 };
      },
      { clock, pace },
    );
    const throttled = await failureOf(road.write("DELETE", "/memberships/1", undefined, harmless));
    assert.ok(throttled instanceof WebexThrottledError);
    assert.equal(effectOf(throttled), "unknown");
  });

  test("five times is given up", async () => {
    const { road, server, counts } = await ride(() => ({ status: 200, body: { n: 1 } }));
    server.faults.add({ kind: "status", status: 503, times: 0 });
    await assert.rejects(road.get("/me", Item), { name: "WebexServiceError", status: 503 });
    assert.equal(counts.requests, 5);
  });

  test("with a Retry-After waits as long as that says", async () => {
    const { road, server, clock } = await ride(() => ({ status: 200, body: { n: 1 } }));
    server.faults.add({ kind: "status", status: 503, headers: { "retry-after": "11" } });
    await road.get("/me", Item);
    assert.deepEqual(
      clock.sleeps.filter((sleep) => sleep < 60_000),
      [11_000],
    );
  });

  test("since nothing answers is too slow after a minute", async () => {
    const clock = fakeClock("2026-11-03T04:30:00Z");
    const { road, server } = await ride(() => ({ status: 200 }), { clock });
    server.faults.add({ kind: "hang" });
    const failure = failureOf(road.write("POST", "/messages", {}, harmful));
    await clock.asleep(60_000);
    await clock.advance(60_000);
    const error = await failure;
    assert.ok(error instanceof WebexUnreachableError);
    assert.match(error.message, /Not done within 60 s/u);
    assert.equal(effectOf(error), "unknown");
  });

  test("since nobody is there had no effect", async () => {
    const { road, shut } = await ride(() => ({ status: 200 }));
    await shut();
    const error = await failureOf(road.write("POST", "/messages", {}, harmful));
    assert.ok(error instanceof WebexUnreachableError);
    assert.equal(effectOf(error), "none");
  });
});

suite("the road", () => {
  test("renews a token that is refused, once", async () => {
    const { road, counts } = await ride(({ headers }) =>
      headers.authorization === "Bearer second" ? { status: 200, body: { n: 1 } } : { status: 401 },
    );
    assert.deepEqual(await road.get("/me", Item), { n: 1 });
    assert.deepEqual(counts.tokens, ["kept", "renewed"]);
  });

  test("gives up when the renewed token is refused, too", async () => {
    const { road, counts } = await ride(() => ({ status: 401 }));
    await assert.rejects(road.get("/me", Item), { name: "WebexServiceError", status: 401 });
    assert.equal(counts.requests, 2);
  });

  test("follows no redirect", async () => {
    const { road } = await ride(() => ({ status: 302, headers: { location: "https://evil.localhost:1/" } }));
    await assert.rejects(road.get("/me", Item), WebexUnreachableError);
  });

  test("sends nothing when the time of the run is over", async () => {
    const { road, counts } = await ride(() => ({ status: 200 }), {
      signal: AbortSignal.abort(new Error("too late")),
    });
    const error = await failureOf(road.write("POST", "/messages", {}, harmful));
    assert.equal(effectOf(error), "none");
    assert.equal(counts.requests, 0);
  });

  test("sends no more at once than it may", async () => {
    let [inFlight, most] = [0, 0];
    const waiting: (() => void)[] = [];
    const { road } = await ride(
      async () => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          // Lets go of the first three only when they are all there.
          if (waiting.length >= 3) for (const go of waiting) go();
        });
        inFlight -= 1;
        return { status: 200, body: { n: 1 } };
      },
      { atOnce: 3 },
    );
    await Promise.all(Array.from({ length: 12 }, () => road.get("/me", Item)));
    assert.equal(most, 3);
  });

  test("tells Webex's own message and tracking id, and not the token", async () => {
    const { road } = await ride(() => ({
      status: 403,
      body: { message: "Access is denied.", errors: [{ description: "No." }], trackingId: "ROUTER_1" },
    }));
    const error = await failureOf(
      road.get("/memberships", Item, { query: { personEmail: "ada@example.org" } }),
    );
    assert.match(
      String(error),
      /GET \/v1\/memberships with 403: Access is denied\. \(tracking id ROUTER_1\)/u,
    );
    assert.doesNotMatch(String(error), /first|ada/u);
  });

  test("takes a refusal without a body as it is", async () => {
    const { road } = await ride(() => ({ status: 403, headers: { trackingid: "ROUTER_2" } }));
    assert.match(
      String(await failureOf(road.get("/me", Item))),
      /403: no explanation was given \(tracking id ROUTER_2\)/u,
    );
  });

  test("tells of an answer that is wrong in many places in one short line", async () => {
    const items = Array.from({ length: 900 }, () => ({ n: "one" }));
    const { road } = await ride(() => ({ status: 200, body: { items } }));
    const error = await failureOf(road.list("/things", Item));
    assert.ok(error instanceof WebexAnswerError);
    assert.match(error.message, /0[.]n: .*expected number.*; and 897 more$/u);
  });

  test("takes no page for an answer that is not JSON", async () => {
    const { road } = await ride(() => ({ status: 200, body: "<html>signed out</html>" }));
    await assert.rejects(road.list("/things", Item), { name: "WebexAnswerError", message: /not JSON/u });
  });
});
