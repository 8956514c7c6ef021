import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { startMediator } from "../../infra/local/emulators/mediator/mediator.ts";
import type { MediatorSettings } from "../../infra/local/emulators/mediator/service.ts";
import { mediatorAt } from "../../shared/mediator/mediator.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const ADA = "ada@contoso.example";
const clock = fakeClock("2026-11-03T12:00:00Z");
const emulator = await startMediator({ clock, users: [{ alias: ADA }] });
after(() => emulator.close());
const mediator = mediatorAt(emulator.url, { clock });

suite("what the mediator says of a user's news", () => {
  for (const [voiceMailAnswer, email, why, isAbsent] of [
    [200, "x@y.example", /^it answered 404: it does not know this user/u, false],
    [404, ADA, /^it answered 404, as the voice-mail system behind it did$/u, false],
    [403, ADA, /^it answered 403, as the voice-mail system behind it did$/u, false],
    [400, ADA, /^it answered 400, as the voice-mail system behind it did$/u, false],
    [202, ADA, /^it answered 202, as/u, false],
    [503, ADA, /^it answered 503, as the voice-mail system behind it did$/u, true],
    ["unreachable", ADA, /^it answered 403: it did not reach the voice-mail system$/u, true],
  ] satisfies [MediatorSettings["voiceMailAnswer"], string, RegExp, boolean][]) {
    test(`is explained when the voice-mail system's answer to ${email} is ${voiceMailAnswer}`, async () => {
      emulator.settings.voiceMailAnswer = voiceMailAnswer;
      const answer = await mediator.setStatus({ email, away: true, message: "" });
      assert.ok(!answer.done);
      assert.match(answer.why, why);
      assert.equal(answer.isAbsent, isAbsent);
    });
  }
});
