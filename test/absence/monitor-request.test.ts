import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { parseMonitorRequest } from "../../shared/absence/monitor-request.ts";
import { randomSeed } from "../registration/random-seed.ts";

const JSON_TYPE = "application/json";
const GOOD_BODIES = [
  '{"email":"ada@example.com","status":"True"}',
  '{"status":false,"email":"ada@example.com"}',
  '{"email":"\\u00e9","status":"False"}',
];
const FRAGMENTS = [
  "",
  " ",
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "null",
  "1e999",
  "-",
  "\\",
  "\\ud800",
  "\\u0000",
  "\n",
  '"x":1,',
  "__proto__",
  "[".repeat(5000),
];

suite("what the mediator asks", () => {
  for (const [status, monitor] of [
    ["True", true],
    ["False", false],
    ["true", true],
    ["FALSE", false],
    [true, true],
    [false, false],
  ] as const) {
    test(`is to ${monitor ? "start" : "stop"} watching by ${JSON.stringify(status)}`, () => {
      const body = JSON.stringify({ email: "Ada.O'Hara@Example.com", status });
      const request = { email: "Ada.O'Hara@Example.com", monitor };
      assert.deepEqual(parseMonitorRequest(JSON_TYPE, body), { request });
    });
  }

  for (const type of [
    "application/json; charset=utf-8",
    "Application/JSON",
    "application/vnd.api+json ;v=1",
  ]) {
    test(`is taken as ${type}`, () => {
      assert.ok("request" in parseMonitorRequest(type, '{"email":"ada","status":"True"}'));
    });
  }

  for (const type of [
    null,
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "text/json",
    "application/jsonp",
    "x-application/json",
    "application/+json",
  ]) {
    test(`is not taken as ${type ?? "nothing"}: Not JSON`, () => {
      assert.deepEqual(parseMonitorRequest(type, '{"email":"ada","status":"True"}'), { refusal: "Not JSON" });
    });
  }

  for (const [says, body] of [
    ["nothing", ""],
    ["half of it", '{"email":"ada@example.com","status":'],
    ["null", "null"],
    ["a list", '["ada@example.com","True"]'],
    ["an empty object", "{}"],
    ["no status", '{"email":"ada@example.com"}'],
    ["no email", '{"status":"True"}'],
    ["another status", '{"email":"ada@example.com","status":"Maybe"}'],
    ["a number", '{"email":"ada@example.com","status":1}'],
    ["yes", '{"email":"ada@example.com","status":"yes"}'],
    ["a blank email", '{"email":"  ","status":"True"}'],
    ["an email that is a list", '{"email":["ada@example.com"],"status":"True"}'],
    ["a header in the email", '{"email":"ada@example.com\\r\\nX-Evil: 1","status":"True"}'],
    ["a zero in it", '{"email":"ada\\u0000@example.com","status":"True"}'],
    ["half a character in it", '{"email":"\\ud800@example.com","status":"True"}'],
    ["a long email", `{"email":"${"a".repeat(321)}","status":"True"}`],
    ["a field too many", '{"email":"ada@example.com","status":"True","admin":true}'],
    ["a prototype", '{"email":"ada@example.com","status":"True","__proto__":{"x":1}}'],
    ["much air", `{"email":"ada@example.com","status":"True"${" ".repeat(20_000)}}`],
    ["a deep nest", "[".repeat(16_000)],
  ] as const) {
    test(`is refused as Invalid JSON: ${says}`, () => {
      assert.deepEqual(parseMonitorRequest(JSON_TYPE, body), { refusal: "Invalid JSON" });
    });
  }

  test("is a request or a refusal for each of 10,000 random bodies", (t) => {
    // One stretch of a good body in another's place: most bodies go wrong late.
    const stretch = fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: "binary", maxLength: 6 }));
    const body = fc
      .tuple(fc.constantFrom(...GOOD_BODIES), fc.nat({ max: 50 }), fc.nat({ max: 12 }), stretch)
      .map(([good, from, length, stretch]) => good.slice(0, from) + stretch + good.slice(from + length));
    const type = fc.constantFrom(JSON_TYPE, JSON_TYPE, JSON_TYPE, "text/html", null);
    let requests = 0;
    fc.assert(
      fc.property(type, body, (type, body) => {
        const parsed = parseMonitorRequest(type, body);
        if ("refusal" in parsed) return;
        requests += 1;
        const { email, monitor } = parsed.request;
        assert.equal(typeof monitor, "boolean");
        assert.ok(email.isWellFormed() && email.trim() !== "" && !/\p{Cc}/u.test(email));
        assert.equal((JSON.parse(body) as { email: unknown }).email, email);
      }),
      { numRuns: 10_000, ...randomSeed(t) },
    );
    assert.ok(requests > 100, `only ${requests} were requests`);
  });
});
