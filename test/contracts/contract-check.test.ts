import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Exchange } from "../../infra/local/emulators/emulator.ts";
import { contractObserver } from "./contract-check.ts";

interface Talk {
  body?: unknown;
  type?: string;
  status?: number;
  answer?: unknown;
  injected?: true;
}

function exchange(call: string, { body, type, status = 200, answer, injected }: Talk = {}): Exchange {
  const [method = "", target = ""] = call.split(" ", 2);
  const url = new URL(`https://graph.microsoft.com/v1.0${call.slice(method.length + 1)}`);
  const contentType = type ?? (body === undefined ? undefined : "application/json; charset=utf-8");
  return {
    service: "graph",
    method,
    path: `/v1.0${target.split("?", 1)[0] ?? ""}`,
    query: url.searchParams,
    requestHeaders: contentType === undefined ? {} : { "content-type": contentType },
    requestBody: body,
    status,
    responseHeaders: {},
    responseBody: answer,
    ...(injected ? { injected } : {}),
  };
}

function problems(...exchanges: Exchange[]): string {
  const observer = contractObserver("msgraph");
  for (const each of exchanges) observer.onExchange(each);
  try {
    observer.assertClean();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const VIEW = "GET /me/calendars/AAMk=/calendarView?startDateTime=2026-03-01&endDateTime=2026-03-02";
const graphError = { error: { code: "ErrorItemNotFound", message: "Not found." } };
const event = {
  "@odata.etag": 'W/"1"',
  id: "AAMk1",
  subject: "Team Session",
  isAllDay: false,
  start: { dateTime: "2026-03-01T17:00:00.0000000", timeZone: "UTC" },
  location: null,
  attendees: [{ type: "required", emailAddress: { address: "ada@example.org", name: "Ada" } }],
  extensions: [{ "@odata.type": "#microsoft.graph.openTypeExtension", id: "x", sent: true, students: "" }],
};

suite("an exchange that keeps the contract", () => {
  for (const [what, kept] of [
    ["a calendar view with its marks", exchange(VIEW, { answer: { value: [event] } })],
    [
      "a calendar view with every query option",
      exchange(
        `${VIEW}&$top=50&$select=id,subject,start&$orderby=start/dateTime%20desc&$expand=extensions($filter=id eq 'a,b')`,
        { answer: { value: [], "@odata.nextLink": "https://graph.microsoft.com/…" } },
      ),
    ],
    [
      "the page behind a link, which repeats nothing",
      exchange("GET /me/calendars/1/calendarView?$skiptoken=x", { answer: { value: [] } }),
    ],
    [
      "a mail as JSON, accepted",
      exchange("POST /me/sendMail", {
        body: { message: { subject: "x", toRecipients: [{ emailAddress: { address: "a@b.example" } }] } },
        status: 202,
      }),
    ],
    ["a mail as MIME", exchange("POST /me/sendMail", { body: "TUlNRQ==", type: "text/plain", status: 202 })],
    [
      "a new mark",
      exchange("POST /me/events/AAMk1/extensions", {
        body: {
          "@odata.type": "microsoft.graph.openTypeExtension",
          extensionName: "org.example",
          sent: true,
        },
        status: 201,
        answer: { id: "org.example", sent: true },
      }),
    ],
    [
      "a mark that is not there",
      exchange("GET /me/events/1/extensions/x", { status: 404, answer: graphError }),
    ],
    ["a deletion", exchange("DELETE /me/events/1", { status: 204 })],
    [
      "a function, called without its parentheses",
      exchange("GET /users/a/mailFolders/inbox/messages/delta?$deltatoken=x", { answer: { value: [] } }),
    ],
    [
      "members selected by what a user has",
      exchange("GET /groups/1/members?$select=mail", {
        answer: { value: [{ "@odata.type": "#microsoft.graph.user", mail: "a@b.example" }] },
      }),
    ],
    [
      "a mail with a file",
      exchange("GET /users/a/messages/1/attachments", {
        answer: {
          value: [{ "@odata.type": "#microsoft.graph.fileAttachment", name: "a.txt", contentBytes: "YQ==" }],
        },
      }),
    ],
  ] as const) {
    test(what, () => {
      assert.equal(problems(kept), "");
    });
  }
});

suite("an exchange that breaks the contract", () => {
  for (const [what, broken, complaint] of [
    [
      "an unknown operation",
      exchange("GET /me/people"),
      /GET \/me\/people: the contract has no such operation/,
    ],
    ["an unknown method", exchange("PUT /me/events/1"), /no such operation/],
    ["another version", { ...exchange("GET /me"), path: "/beta/me" }, /\/beta\/me: not below \/v1\.0/],
    [
      "a missing parameter",
      exchange("GET /me/calendarView?startDateTime=x", { answer: { value: [] } }),
      /asked: the query parameter endDateTime is required/,
    ],
    [
      "an unknown parameter",
      exchange(`${VIEW}&$tpo=1`, { answer: { value: [] } }),
      /there is no query parameter \$tpo/,
    ],
    [
      "a parameter of another type",
      exchange(`${VIEW}&$top=many`, { answer: { value: [] } }),
      /the query parameter \$top: must be integer/,
    ],
    [
      "a parameter twice",
      exchange(`${VIEW}&$top=1&$top=2`, { answer: { value: [] } }),
      /\$top is given more than once/,
    ],
    [
      "a selected property that does not exist",
      exchange(`${VIEW}&$select=id,subjcet`, { answer: { value: [] } }),
      /\$select names subjcet, which the type does not have/,
    ],
    [
      "an expansion of what is no relation",
      exchange(`${VIEW}&$expand=subject`, { answer: { value: [] } }),
      /\$expand names subject/,
    ],
    ["a missing body", exchange("POST /me/sendMail", { status: 202 }), /a body is required/],
    ["a body nobody asked for", exchange("GET /me", { body: {}, answer: {} }), /takes no body/],
    [
      "a body of another type",
      exchange("POST /me/events", { body: "x", type: "text/xml", status: 400, answer: graphError }),
      /a body of type text\/xml is not one of application\/json/,
    ],
    [
      "a misspelt property, deep inside",
      exchange("POST /me/sendMail", {
        body: { message: { toRecipients: [{ emailAdress: { address: "a@b.example" } }] } },
        status: 202,
      }),
      /asked: \/message\/toRecipients\/0 has no property emailAdress/,
    ],
    [
      "a value outside its enumeration",
      exchange("POST /me/events", {
        body: { attendees: [{ type: "chair" }] },
        status: 201,
        answer: event,
      }),
      /\/attendees\/0\/type .*required, optional, resource/,
    ],
    [
      "an answer of another type",
      exchange(VIEW, { answer: { value: [{ ...event, isAllDay: "no" }] } }),
      /answered 200: \/value\/0\/isAllDay must be boolean/,
    ],
    [
      "an answer with an invented property",
      exchange(VIEW, { answer: { value: [{ ...event, mark: 1 }] } }),
      /answered 200: \/value\/0 has no property mark/,
    ],
    ["a collection without its value", exchange(VIEW, { answer: {} }), /required property 'value'/],
    ["an answer without its body", exchange("GET /me"), /answered 200: the body is missing/],
    [
      "an error of another shape",
      exchange("GET /me", { status: 404, answer: { message: "no" } }),
      /answered 404: the body must have required property 'error'/,
    ],
    [
      "a property of another kind of attachment",
      exchange("GET /users/a/messages/1/attachments", {
        answer: { value: [{ "@odata.type": "#microsoft.graph.itemAttachment", contentBytes: "YQ==" }] },
      }),
      /has no property contentBytes/,
    ],
  ] as const) {
    test(what, () => {
      assert.match(problems(broken), complaint);
    });
  }

  test("is counted when it happens again", () => {
    const broken = exchange("GET /me/people");
    assert.match(problems(broken, broken, broken), /no such operation \(3 times\)/);
  });

  test("is judged by its request alone when the answer is an injected fault", () => {
    const injected = { status: 503, answer: "<html>", injected: true } as const;
    assert.equal(problems(exchange("GET /me", injected)), "");
    assert.match(
      problems(exchange("GET /me?$skip=1", injected)),
      /asked: there is no query parameter \$skip/,
    );
  });
});

suite("a $batch", () => {
  const part = (id: string, url = "/me/events/1/extensions/x"): object => ({ id, method: "GET", url });
  const batch = (requests: unknown[], responses: unknown[]): Exchange =>
    exchange("POST /$batch", { body: { requests }, answer: { responses } });

  test("is checked part by part, in whatever order the answers come", () => {
    const clean = batch(
      [part("1"), part("2", "/me/calendars?$top=5")],
      [
        { id: "2", status: 200, body: { value: [] } },
        { id: "1", status: 404, body: graphError },
      ],
    );
    assert.equal(problems(clean), "");
    const broken = batch(
      [part("1", "/me/calendars?$tpo=5"), part("2", "/me/people")],
      [
        { id: "1", status: 200, body: { value: [{ nmae: "x" }] } },
        { id: "2", status: 200, body: {} },
      ],
    );
    const found = problems(broken);
    assert.match(found, /GET \/me\/calendars: asked: there is no query parameter \$tpo/);
    assert.match(found, /GET \/me\/calendars: answered 200: \/value\/0 has no property nmae/);
    assert.match(found, /GET \/me\/people: the contract has no such operation/);
  });

  const ok = (id: string): object => ({ id, status: 404, body: graphError });
  const many = Array.from({ length: 21 }, (_, index) => String(index));
  for (const [what, broken, complaint] of [
    [
      "more than 20 parts",
      batch(
        many.map((id) => part(id)),
        many.map(ok),
      ),
      /1 to 20 parts, not 21/,
    ],
    ["an id twice", batch([part("1"), part("1")], [ok("1")]), /part 1 has the id of another/],
    [
      "an unanswered part",
      batch([part("1"), part("2")], [ok("1")]),
      /a \$batch of 2 answers as many parts, not 1/,
    ],
    [
      "an absolute url",
      batch([part("1", "https://graph.microsoft.com/v1.0/me")], [ok("1")]),
      /no url that starts/,
    ],
    [
      "a body without its type",
      batch([{ id: "1", method: "POST", url: "/me/sendMail", body: {} }], [{ id: "1", status: 202 }]),
      /part 1 has a body without a Content-Type/,
    ],
    [
      "a dependency on nothing",
      batch([{ ...part("1"), dependsOn: ["9"] }], [ok("1")]),
      /part 1 depends on 9, which is no part/,
    ],
    [
      "parts of which only some depend on others",
      batch([part("1"), part("2"), { ...part("3"), dependsOn: ["1"] }], ["1", "2", "3"].map(ok)),
      /neither independent nor each dependent on the one before/,
    ],
    ["no list", exchange("POST /$batch", { body: {}, answer: {} }), /holds a list of requests/],
  ] as const) {
    test(`may not have ${what}`, () => {
      assert.match(problems(broken), complaint);
    });
  }
});
