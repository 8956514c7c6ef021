import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { monitorAnswer, prefersJson, refusalAnswer } from "../../shared/absence/monitor-answer.ts";

const ADA = { email: "user@domain.com", monitor: true };

suite("the answer to the mediator", () => {
  for (const [outcome, monitor, status, sentence, json] of [
    [
      "done",
      true,
      200,
      "<h1>You would like to monitor user@domain.com True</h1>",
      { result: "True", email: "user@domain.com", status: "True" },
    ],
    [
      "done",
      false,
      200,
      "<h1>You would like to monitor user@domain.com False</h1>",
      { result: "True", email: "user@domain.com", status: "False" },
    ],
    [
      "unknown",
      true,
      404,
      "<h1>User user@domain.com not in Active Directory</h1>",
      {
        title: "Not Found",
        result: "Not Found",
        email: "user@domain.com",
        status: 404,
        detail:
          "User user@domain.com not in Active Directory: nobody there has this address as mail, to sign in with, or among their proxyAddresses. Check how it is written.",
      },
    ],
    [
      "ambiguous",
      true,
      409,
      "<h1>More than one user in Active Directory has the address user@domain.com</h1>",
      {
        title: "Conflict",
        result: "Ambiguous",
        email: "user@domain.com",
        status: 409,
        detail:
          "More than one user in Active Directory has the address user@domain.com: as mail, to sign in with, or among their proxyAddresses. Leave it to one of them.",
      },
    ],
  ] as const) {
    test(`says ${sentence}, or the same as JSON`, () => {
      const page = monitorAnswer({ ...ADA, monitor }, outcome, "*/*");
      assert.equal(page.status, status);
      assert.equal(page.body, sentence);
      assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
      const answer = monitorAnswer({ ...ADA, monitor }, outcome, "application/json");
      assert.equal(answer.status, status);
      assert.deepEqual(JSON.parse(answer.body), json);
      const type = outcome === "done" ? "application/json" : "application/problem+json";
      assert.equal(answer.headers["content-type"], type);
    });
  }

  test("shows what was sent as text and never as HTML", () => {
    const request = { email: "<img src=x onerror=alert(1)>&\"'@x", monitor: true };
    const { body, headers } = monitorAnswer(request, "done", null);
    assert.equal(
      body,
      "<h1>You would like to monitor &#60;img src=x onerror=alert(1)&#62;&#38;&#34;&#39;@x True</h1>",
    );
    assert.match(headers["content-security-policy"] ?? "", /default-src 'none'/);
    assert.equal(
      (JSON.parse(monitorAnswer(request, "done", "application/json").body) as typeof ADA).email,
      request.email,
    );
  });

  for (const refusal of ["Not JSON", "Invalid JSON"] as const) {
    test(`to what is no request is 400 with {"result":"${refusal}"}, whatever is accepted`, () => {
      const { status, headers, body } = refusalAnswer(refusal);
      assert.deepEqual(
        [status, headers["content-type"], JSON.parse(body)],
        [400, "application/json", { result: refusal }],
      );
    });
  }

  for (const [accept, isJson] of [
    ["", false],
    ["*/*", false],
    ["text/html", false],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false],
    ["application/json", true],
    ["Application/JSON; q=0.5", true],
    ["application/json, text/plain, */*", true],
    ["application/*", true],
    ["application/json, text/html", false],
    ["application/json, text/html;q=0.9", true],
    ["application/json;q=0.1, text/html;q=0.2", false],
    ["application/json;q=0", false],
    ["application/json;q=x", false],
    [",;q=,/", false],
  ] as const) {
    test(`is ${isJson ? "JSON" : "a sentence"} for “${accept}”`, () =>
      assert.equal(prefersJson(accept), isJson));
  }
});
