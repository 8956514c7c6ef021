import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test, type TestContext } from "node:test";
import { type Emulator, type EmulatorAnswer, startEmulator } from "../../infra/local/emulators/emulator.ts";
import type { EmulatorRequest } from "../../infra/local/emulators/exchange.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";
import { type Outlet, TargetAbsence } from "../../shared/absence/outlet.ts";
import { absenceSettingsFrom } from "../../shared/absence/settings.ts";
import { ADA, type AbsenceWorld, anAbsenceWorld, WEBHOOK_SECRET } from "../worlds/absence-world.ts";

interface Receiver extends Emulator {
  received: EmulatorRequest[];
  answer: EmulatorAnswer;
}

const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);

async function aReceiver(t: TestContext): Promise<Receiver> {
  const received: EmulatorRequest[] = [];
  const emulator = await startEmulator("receiver", { certificate }, (request) => {
    received.push(request);
    return receiver.answer;
  });
  const receiver: Receiver = { ...emulator, received, answer: { status: 204 } };
  t.after(() => emulator.close());
  return receiver;
}

async function aWorldWith(t: TestContext, ...receivers: Receiver[]): Promise<AbsenceWorld> {
  const urls = receivers.map(({ url }) => `${url}/absences?team=1`).join(" , ");
  const world = await anAbsenceWorld(t, { accounts: [ADA], settings: { ABSENCE_WEBHOOKS: urls } });
  await world.ticks(2);
  return world;
}

function bodyOf(request: EmulatorRequest | undefined): unknown {
  return request?.json();
}

test("a webhook is told all there is, signed, and the same id again until it takes it", async (t) => {
  const receiver = await aReceiver(t);
  const world = await aWorldWith(t, receiver);
  assert.deepEqual(bodyOf(receiver.received.shift()), {
    email: ADA,
    away: false,
    audience: "all",
    internal: "",
    external: "",
    at: "2026-11-03T12:01:00.000Z",
  });
  receiver.answer = { status: 503 };
  world.setReplies(ADA, {
    status: "scheduled",
    externalAudience: "contactsOnly",
    internalReplyMessage: "<p>In Rome</p>",
    externalReplyMessage: "<p>Away</p>",
    scheduledStartDateTime: { dateTime: "2026-11-03T12:00:00", timeZone: "UTC" },
    scheduledEndDateTime: { dateTime: "2026-11-04T12:00:00", timeZone: "UTC" },
  });
  await world.ticks(2);
  receiver.answer = { status: 202 };
  await world.ticks(4);
  assert.equal(receiver.received.length, 3);
  for (const request of receiver.received) {
    assert.deepEqual(bodyOf(request), {
      email: ADA,
      away: true,
      window: { start: "2026-11-03T12:00:00.000Z", end: "2026-11-04T12:00:00.000Z" },
      audience: "contactsOnly",
      internal: "In Rome",
      external: "Away",
      at: "2026-11-03T12:02:00.000Z",
    });
    const { headers, text } = request;
    const [id, timestamp] = [String(headers["webhook-id"]), String(headers["webhook-timestamp"])];
    const key = Buffer.from(WEBHOOK_SECRET.slice("whsec_".length), "base64");
    const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${text}`).digest("base64");
    assert.equal(headers["webhook-signature"], `v1,${signature}`);
  }
  assert.equal(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size, 1);
});

test("one webhook that is down holds up neither the mediator nor the others", async (t) => {
  const [one, other] = [await aReceiver(t), await aReceiver(t)];
  const world = await aWorldWith(t, one, other);
  one.faults.add({ kind: "reset-before", times: 0 });
  world.setReplies(ADA, { status: "alwaysEnabled" });
  await world.tick();
  assert.equal(world.greetings().length, 2);
  assert.equal(other.received.length, 2);
  assert.equal(one.received.length, 1);
  const states = (await world.watched(ADA)).deliveries.map(({ target, state }) => `${target}: ${state}`);
  assert.deepEqual(states, [
    "the mediator: delivered",
    `the webhook at ${new URL(one.url).host}: pending`,
    `the webhook at ${new URL(other.url).host}: delivered`,
  ]);
});

test("a webhook that takes its time is told in the ticks that follow, and holds none of them up", async (t) => {
  const accounts = Array.from({ length: 40 }, (_, index) => `p${index + 1}@contoso.example`);
  const world = await anAbsenceWorld(t, { accounts });
  await world.watchAll(accounts);
  const told: string[] = [];
  let round = Promise.resolve();
  const slow: Outlet = {
    scope: "absence/webhook/slow",
    kind: "webhook",
    name: "the slow webhook",
    absence: new TargetAbsence(world.clock),
    async tell({ news }) {
      told.push(news.email);
      // Eight are told at once.
      if (told.length % 8 === 1) round = world.clock.advance(14_000);
      await round;
      return { taken: true };
    },
  };
  world.service = world.anotherHost({ outlets: [slow] });
  for (const minute of [1, 2, 3, 4, 5, 6]) {
    const start = world.clock.now().getTime();
    await world.tick();
    const seconds = (world.clock.now().getTime() - start - 60_000) / 1000;
    assert.ok(seconds <= 46, `tick ${minute} took ${seconds} s`);
  }
  assert.equal(told.length, 40);
  assert.equal(new Set(told).size, 40);
  assert.doesNotMatch(world.log.lines.join("\n"), /ROLLCALL_ABSENCE_UNDELIVERED/u);
});

test("without its secret nothing is sent, and it is said what is missing", async (t) => {
  const receiver = await aReceiver(t);
  const world = await aWorldWith(t, receiver);
  await world.secrets.set("absence-webhook-secret", "too short");
  world.setReplies(ADA, { status: "alwaysEnabled" });
  await world.clock.advance(60_000);
  await world.tick();
  assert.equal(receiver.received.length, 1);
  const [, delivery] = (await world.watched(ADA)).deliveries;
  assert.match(delivery?.waiting?.failure ?? "", /absence-webhook-secret is not a Standard Webhooks secret/u);
  assert.doesNotMatch(world.log.lines.join("\n"), /too short/u);
  await assert.rejects(
    world.service.examine(),
    /ABSENCE_WEBHOOKS are told nothing: .*absence-webhook-secret/u,
  );
});

test("settings that cannot be right are refused, each by its name, without their values", () => {
  const right = { MEDIATOR_URL: "http://mediator.example:8080/base/" };
  assert.deepEqual(
    absenceSettingsFrom({
      ...right,
      ABSENCE_WEBHOOKS: " https://a.example/x,https://a.example/x\nhttp://localhost:1/y , ",
    }),
    {
      graphUrl: "https://graph.microsoft.com",
      mediatorUrl: "http://mediator.example:8080/base",
      webhooks: ["https://a.example/x", "http://localhost:1/y"],
      message: "audience",
    },
  );
  const wrong: Record<string, string>[] = [
    { MEDIATOR_URL: "" },
    { MEDIATOR_URL: "ftp://s3cret.example" },
    { MEDIATOR_URL: "http://me:s3cret@mediator.example" },
    { MEDIATOR_URL: "http://mediator.example?key=s3cret" },
    { ...right, ABSENCE_WEBHOOKS: "http://s3cret.example" },
    { ...right, ABSENCE_WEBHOOKS: "https://a.example,s3cret" },
    { ...right, ABSENCE_WEBHOOKS: "http://localhost.s3cret.example" },
    { ...right, ABSENCE_MESSAGE: "s3cret" },
  ];
  for (const env of wrong) {
    assert.throws(
      () => absenceSettingsFrom(env),
      (error: Error) => {
        assert.match(error.message, new RegExp(Object.keys(env).at(-1) ?? "", "u"));
        assert.doesNotMatch(error.message, /s3cret/u);
        return true;
      },
    );
  }
});
