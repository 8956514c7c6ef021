import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import { ME, type MembershipWorld, ROOM } from "../worlds/membership-world.ts";
import { aHeldSpace, changeDirectory, held, HOUR, LEAVERS, mailsOf, tokenIn, wordsOf } from "./held-space.ts";

interface HeldLink extends MembershipWorld {
  token: string;
}

/** A plan that waits, and the link by which it is approved. */
async function aHeldLink(...given: Parameters<typeof aHeldSpace>): Promise<HeldLink> {
  const world = await aHeldSpace(...given);
  return Object.assign(world, { token: tokenIn((await held(world)).approve) });
}

/** Status and words of what a person sees, and whether a program is told the same. */
async function seen(
  world: HeldLink,
  how: "view" | "approve",
  token = world.token,
): Promise<[status: number, words: string]> {
  const { service, log } = world;
  const answer = how === "view" ? await service.viewApproval(token) : await service.approve(token, log);
  assert.equal(answer.page.status, answer.status);
  if (answer.status >= 400 && answer.status !== 502) assert.ok(answer.detail);
  return [answer.status, wordsOf(answer.page.body)];
}

suite("an approval link", () => {
  test("shows what would be done and why, first in numbers, and changes nothing, however often it is opened", async (t) => {
    const world = await aHeldLink(t);
    const requests = world.webex.exchanges.length;
    for (let time = 0; time < 5; time += 1) {
      const [status, words] = await seen(world, "view");
      assert.equal(status, 200);
      assert.match(
        words,
        /Approve the plan for “all-hands”\? 3 of 4 members would be removed; without approval/,
      );
      assert.match(
        words,
        /Removes 3 people : excluded address \(3\) Adds 1 person : in the directory \(1\) Keeps 1 person/,
      );
      assert.match(words, /Do it: remove 3 people, add 1 person .* Until 2026-11-06 04:30 UTC the link/);
      assert.match(words, /Whom it removes excluded address bob \(bob@example\.org\)/);
    }
    const { json } = await world.service.viewApproval(world.token);
    const { counts, expiresAt } = json as { counts: object; expiresAt: string };
    assert.deepEqual([counts, expiresAt], [{ add: 1, remove: 3, keep: 1 }, "2026-11-06T04:30:00.000Z"]);
    assert.equal(world.webex.exchanges.length, requests);
    assert.equal((await world.history()).length, 1);
    assert.equal(mailsOf(world).length, 1);
  });

  test("applies the plan, once: whoever presses the button again is shown what was done", async (t) => {
    const world = await aHeldLink(t);
    const [status, words] = await seen(world, "approve");
    assert.equal(status, 200);
    assert.match(
      words,
      /Done 4 of 4 changes are made\. Whom it removed excluded address bob .*Whom it added in the directory eve .*To take it back/,
    );
    assert.deepEqual(world.members(), [ME, "eve@example.org"]);
    for (const how of ["approve", "view", "approve"] as const) {
      const [again, said] = await seen(world, how);
      assert.equal(again, 409);
      assert.match(said, /has been applied already 4 of 4 changes are made/);
    }
    assert.equal(world.changes().length, 4);
  });

  test("applies it once, too, when it is pressed twice at the same moment, by two hosts", async (t) => {
    const world = await aHeldLink(t);
    const other = world.anotherHost();
    const answers = await Promise.all([
      world.service.approve(world.token, world.log),
      other.approve(world.token, world.log),
    ]);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 409]));
    assert.equal(world.changes().length, 4);
  });

  test("is of no more use after 72 hours", async (t) => {
    const world = await aHeldLink(t);
    await world.clock.advance(72 * HOUR - 1);
    assert.equal((await seen(world, "view"))[0], 200);
    await world.clock.advance(1);
    for (const how of ["view", "approve"] as const) {
      const [status, words] = await seen(world, how);
      assert.equal(status, 410);
      assert.match(words, /too old .* The next sync makes a new plan/);
    }
    assert.deepEqual(world.changes(), []);
  });

  test("applies nothing when the directory has changed since, and leads to the new plan", async (t) => {
    const world = await aHeldLink(t);
    await changeDirectory(world);
    const answer = await world.service.approve(world.token, world.log);
    assert.equal(answer.status, 409);
    assert.match(
      wordsOf(answer.page.body),
      /Something has changed since .* Nothing was done\. .* Look at the new plan/,
    );
    assert.deepEqual([world.changes(), mailsOf(world).length], [[], 2]);
    const link = /href="([^"]*)"/.exec(answer.page.body)?.[1];
    assert.match((await seen(world, "view"))[1], /Another plan has taken its place/);
    assert.equal((await seen(world, "approve"))[0], 409);
    assert.equal((await seen(world, "approve", tokenIn(link)))[0], 200);
    assert.deepEqual(world.members(), [ME, "eve@example.org"]);
  });

  test("applies nothing when nothing has to be approved any more", async (t) => {
    const world = await aHeldLink(t);
    for (const email of LEAVERS.slice(1)) world.webex.space(ROOM).remove(email);
    const [status, words] = await seen(world, "approve");
    assert.equal(status, 409);
    assert.match(words, /Nothing was done\. .* needs no approval/);
    assert.deepEqual(world.changes(), []);
  });

  test("can be used again when nothing could be begun, and says what was in the way", async (t) => {
    const world = await aHeldLink(t);
    world.webex.faults.add({ kind: "status", status: 404, path: "^/v1/rooms/" });
    const [status, words] = await seen(world, "approve");
    assert.equal(status, 502);
    assert.match(
      words,
      /It could not be done The space could not be read: .* Nothing was done\. .* open the link of the mail again/,
    );
    assert.equal((await seen(world, "approve"))[0], 200);
  });

  test("can be used again when it was begun, and Webex would have none of it", async (t) => {
    const world = await aHeldLink(t);
    const headers = { "retry-after": "600" };
    world.webex.faults.add({
      kind: "status",
      status: 429,
      headers,
      method: "POST",
      path: "/memberships",
      times: 0,
    });
    const [status, words] = await seen(world, "approve");
    assert.equal(status, 502);
    assert.match(
      words,
      /It could not be done .* with 429: .* Nothing was done\. .* open the link of the mail again/,
    );
    assert.deepEqual(world.changes(), []);
    world.webex.faults.clear();
    await world.clock.advance(HOUR);
    assert.equal((await seen(world, "approve"))[0], 200);
    assert.deepEqual(world.members(), [ME, "eve@example.org"]);
  });

  test("names what could not be done", async (t) => {
    const world = await aHeldLink(t);
    world.webex.faults.add({ kind: "status", status: 400, method: "DELETE", path: "/v1/memberships/" });
    const [status, words] = await seen(world, "approve");
    assert.equal(status, 502);
    assert.match(
      words,
      /Not all of it could be done 3 of 4 changes are made.* The next sync does the rest, or asks for approval again .* What was not done remove: .* \w+ \(\w+@example\.org\)/,
    );
    assert.equal((await seen(world, "approve"))[0], 409);
  });

  test("is told to wait while the space is being synced", async (t) => {
    const world = await aHeldLink(t);
    world.service = world.anotherHost({ lock: () => Promise.resolve(undefined) });
    const [status, words] = await seen(world, "approve");
    assert.equal(status, 409);
    assert.match(words, /is being synced just now Nothing was done\. Wait/);
    assert.deepEqual(world.changes(), []);
    assert.equal((await world.history()).length, 1);
  });

  test("goes on in the queue when another space of the connection is being synced, and then shows what came of it", async (t) => {
    const world = await aHeldLink(t);
    const service = world.anotherHost({ connectionLease: () => Promise.resolve(undefined) });
    const { status, location, page } = await service.approve(world.token, world.log);
    assert.deepEqual(
      [status, location],
      [202, "https://rollcall.example/api/memberships/runs?space=all-hands"],
    );
    assert.match(wordsOf(page.body), /It is being done/);
    assert.equal((await service.approve(world.token, world.log)).status, 202);
    assert.deepEqual(await world.drain(), []);
    assert.match((await seen(world, "view"))[1], /applied already 4 of 4 changes are made/);
    assert.equal(world.changes().length, 4);
  });

  test("that is pressed twice while another space is being synced is no trouble", async (t) => {
    const world = await aHeldLink(t);
    const busy = world.anotherHost({ connectionLease: () => Promise.resolve(undefined) });
    for (let time = 0; time < 2; time += 1) {
      assert.equal((await busy.approve(world.token, world.log)).status, 202);
    }
    assert.deepEqual(await world.drain(), []);
    assert.equal(world.changes().length, 4);
    const failed = world.log.lines.filter((line) => line.includes("ROLLCALL_SYNC_FAILED"));
    assert.deepEqual(failed, []);
  });

  test("of a space whose file is gone applies nothing", async (t) => {
    const world = await aHeldLink(t);
    const service = world.anotherHost({
      config: { place: "nowhere", list: () => Promise.resolve([]), read: () => Promise.resolve(undefined) },
    });
    const { status, page } = await service.approve(world.token, world.log);
    assert.equal(status, 409);
    assert.match(wordsOf(page.body), /This space is not synced any more/);
  });

  test("after the session key was replaced is of no use, and the list of runs has a new one", async (t) => {
    const world = await aHeldLink(t);
    await secretStoreFrom(world.env, world).set("session-key", "k".repeat(43));
    await world.clock.advance(2 * HOUR);
    const other = Object.assign(world, { service: world.anotherHost() });
    assert.equal((await seen(other, "view"))[0], 404);
    const link = (await world.history())[0]?.approve;
    assert.equal((await seen(other, "approve", tokenIn(link)))[0], 200);
  });
});

test("what is no link of ours gets the same clear answer, whatever it is, and asks nobody", async (t) => {
  const world = await aHeldLink(t);
  const { token } = world;
  // A token is random: what is put in its place must be another letter, wherever.
  const changedAt = (place: number): string =>
    `${token.slice(0, place)}${token[place] === "A" ? "B" : "A"}${token.slice(place + 1)}`;
  const wrong = [
    "",
    "x",
    "../../../etc/passwd",
    "A".repeat(60),
    "A".repeat(100_000),
    "<script>alert(1)</script>",
    "\u0000",
    token.slice(0, -1),
    `${token}A`,
    `${token}=`,
    ` ${token}`,
    changedAt(0),
    changedAt(40),
    changedAt(token.length - 1),
    token.toUpperCase(),
  ];
  const requests = world.webex.exchanges.length;
  const bodies = new Set<string>();
  for (const each of wrong) {
    for (const how of ["view", "approve"] as const) {
      const answer =
        how === "view"
          ? await world.service.viewApproval(each)
          : await world.service.approve(each, world.log);
      assert.equal(answer.status, 404, each.slice(0, 50));
      bodies.add(answer.page.body);
    }
  }
  assert.equal(bodies.size, 1);
  assert.match(wordsOf([...bodies][0] ?? ""), /This link is not complete Open it as it stands in the mail/);
  assert.deepEqual([world.webex.exchanges.length, world.changes()], [requests, []]);
});

test("a link of one space is of no use for the plan of another", async (t) => {
  const world = await aHeldLink(t);
  const other = world.webex.addSpace({ name: "other", members: [ME, ...LEAVERS] });
  await world.writeConfig("spaces/other.json", {
    space_id: other.id,
    excluded_emails: LEAVERS,
    max_removals: { count: 1, percent: 100 },
  });
  const outcome = await world.service.syncNow({ space: "other" }, world.log);
  assert.ok(outcome.kind === "ran" && outcome.runs[0]?.status === "held");
  assert.equal((await seen(world, "approve"))[0], 200);
  assert.deepEqual([world.members(), other.size], [[ME, "eve@example.org"], 4]);
});
