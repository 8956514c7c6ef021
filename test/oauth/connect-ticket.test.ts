import assert from "node:assert/strict";
import { test } from "node:test";
import { aConsentWorld, COACH, type ConsentWorld, MENTOR, PUBLIC_URL, wordsOf } from "./consent-world.ts";

const DAY = 24 * 60 * 60 * 1000;
const DEFAULT = { provider: "microsoft", connection: "default", capability: "registration" } as const;

function ticketIn(link: string): string {
  return new URL(link).pathname.split("/").at(-1) ?? "";
}

async function assertNothingStored({ registry }: ConsentWorld): Promise<void> {
  assert.deepEqual(await registry.list(), []);
}

test("a connect link opens the consent page, and who signs in there is connected", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const link = await world.tickets.linkFor({ ...DEFAULT, connection: "second", capability: "tickets" });
  assert.match(link, new RegExp(`^${PUBLIC_URL}/api/connect/[\\w-]+$`));
  const begun = await browser.open(link);
  assert.equal(begun.status, 302);
  assert.equal((await browser.arrive(await browser.signIn(begun, COACH))).status, 200);
  assert.ok((await world.registry.get("microsoft", "second"))?.scopes.includes("Mail.ReadWrite"));
});

test("a link opens once", async () => {
  const world = await aConsentWorld();
  const link = await world.tickets.linkFor(DEFAULT);
  await world.browser().open(link);
  const again = await world.browser().open(link);
  assert.equal(again.status, 400);
  assert.match(
    wordsOf(again),
    /This link was used already .*ask the person who runs Rollcall for a new link/,
  );
});

test("of many who open one link at the same moment one is let in", async () => {
  const world = await aConsentWorld();
  const link = await world.tickets.linkFor(DEFAULT);
  const answers = await Promise.all(Array.from({ length: 10 }, () => world.browser().open(link)));
  assert.equal(answers.filter(({ status }) => status === 302).length, 1);
});

test("a link is valid for seven days", async () => {
  const world = await aConsentWorld();
  const [inTime, late] = [await world.tickets.linkFor(DEFAULT), await world.tickets.linkFor(DEFAULT)];
  await world.clock.advance(7 * DAY - 1);
  assert.equal((await world.browser().open(inTime)).status, 302);
  await world.clock.advance(1);
  const answer = await world.browser().open(late);
  assert.equal(answer.status, 400);
  assert.match(wordsOf(answer), /This link has expired/);
});

test("a ticket that is not ours, or not as we made it, opens nothing", async () => {
  const world = await aConsentWorld();
  const other = await aConsentWorld();
  const ticket = ticketIn(await world.tickets.linkFor(DEFAULT));
  const flipped = Buffer.from(ticket, "base64url");
  flipped[20] = (flipped[20] ?? 0) ^ 1;
  const forgeries = [
    "",
    "x",
    "eyJwIjoibWljcm9zb2Z0In0",
    ticket.slice(0, -2),
    `${ticket}AAAA`,
    flipped.toString("base64url"),
    ticketIn(await other.tickets.linkFor(DEFAULT)),
  ];
  for (const forged of forgeries) {
    const answer = await world.service.open(forged);
    assert.equal(answer.status, 400, forged);
    assert.match(wordsOf(answer), /This link is not complete/);
  }
  await assertNothingStored(world);
});

test("another spelling of a used ticket is no other ticket", async () => {
  const world = await aConsentWorld();
  const ticket = ticketIn(await world.tickets.linkFor(DEFAULT));
  await world.service.open(ticket);
  const spellings = [
    `${ticket}=`,
    ticket.replaceAll("-", "+").replaceAll("_", "/"),
    `${ticket} `,
    `${ticket}.`,
    ticket.toUpperCase(),
  ].filter((spelling) => spelling !== ticket);
  for (const spelling of spellings) assert.equal((await world.service.open(spelling)).status, 400);
});

test("a link shows neither the account nor the connection it is for", async () => {
  const world = await aConsentWorld();
  const link = await world.tickets.linkFor({ ...DEFAULT, connection: "mantabots", replace: MENTOR });
  const read = Buffer.from(ticketIn(link), "base64url").toString("latin1");
  assert.doesNotMatch(link + read, /mantabots|mentor/);
});

test("a link survives a restart, and another instance of the app knows it as used", async () => {
  const world = await aConsentWorld();
  const { connectTickets } = await import("../../shared/oauth/connect-ticket.ts");
  const instance = connectTickets({ ...world, publicUrl: PUBLIC_URL });
  const link = ticketIn(await world.tickets.linkFor(DEFAULT));
  assert.deepEqual(await instance.redeem(link), { outcome: "valid", request: DEFAULT });
  assert.deepEqual(await world.tickets.redeem(link), { outcome: "used" });
});

test("a new session key ends the links made with the old one", async () => {
  const world = await aConsentWorld();
  const ticket = ticketIn(await world.tickets.linkFor(DEFAULT));
  await world.secrets.set("session-key", "k".repeat(44));
  assert.deepEqual(await world.tickets.redeem(ticket), { outcome: "forged" });
});

test("a link that was opened before the app was ready gives its holder another", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  world.secrets.delete("microsoft-client-secret");
  const answer = await browser.open(await world.tickets.linkFor(DEFAULT));
  assert.equal(answer.status, 503);
  assert.match(wordsOf(answer), /not ready yet .*There is no secret microsoft-client-secret/);
  await world.secrets.set("microsoft-client-secret", "the-client-secret");
  const again = /href="([^"]+)"/.exec(answer.body)?.[1] ?? "";
  assert.equal((await browser.open(again)).status, 302);
});

test("a link that could not be followed for a passing trouble of ours is not used up", async () => {
  const world = await aConsentWorld();
  const link = await world.tickets.linkFor(DEFAULT);
  // The session key is made; what fails is the next question to the store.
  const { read } = world.secrets;
  const away = async (): Promise<never> => Promise.reject(new Error("the vault is away"));
  Object.assign(world.secrets, {
    get: async (name: string) => (name === "session-key" ? (await read(name))?.value : away()),
  });
  await assert.rejects(world.browser().open(link), /the vault is away/);
  Object.assign(world.secrets, { get: async (name: string) => (await read(name))?.value });
  assert.equal((await world.browser().open(link)).status, 302);
  assert.equal((await world.browser().open(link)).status, 400);
});
