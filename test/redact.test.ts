import assert from "node:assert/strict";
import { inspect } from "node:util";
import { suite, test } from "node:test";
import fc from "fast-check";
import { describeError, redact, redactingLogger } from "../shared/redact.ts";

const twice = (text: string): string => encodeURIComponent(encodeURIComponent(text));
/** Percent signs before every character, as a writer may who wants to be safe, or unseen. */
const everyByte = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const unicode = (text: string): string =>
  text.replaceAll(/[=&<>]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

/** Where a token, a code or a key has been seen in logs. */
const HIDING_PLACES: Record<string, (secret: string) => string> = {
  "a callback URL": (s) => `GET https://x.example/api/oauth/microsoft/callback?code=${s}&state=x 400`,
  "a state": (s) => `302 https://login.example/authorize?client_id=1&state=${s}#top`,
  "a function key in a URL": (s) => `POST /api/registrations/run?code=${s}`,
  "a signed URL": (s) => `https://a.blob.core.windows.net/c/b?sv=2024-11-04&sp=r&sig=${s}&se=2026`,
  "a connect link": (s) => `Ask the owner to open https://x.example/api/connect/${s} and consent.`,
  "a hook's path": (s) => `POST /api/hooks/${s}/monitor 204`,
  "an approval's path": (s) => `GET https://x.example/api/approvals/${s}`,
  "a fragment": (s) => `https://x.example/cb#access_token=${s}&token_type=Bearer`,
  "a user and password": (s) => `smtp://team%40x.example:${encodeURIComponent(s)}@mail.example:587/`,
  "a header": (s) => `authorization: Bearer ${s}`,
  "a header among others": (s) => `POST /token HTTP/1.1\r\nHost: x\r\nX-Functions-Key: ${s}\r\nAccept: */*`,
  "a cookie": (s) => `Cookie: theme=dark; rollcall=${s}`,
  "a cookie that is set": (s) => `set-cookie: rollcall=${s}; Path=/api/oauth; HttpOnly`,
  "a signature header": (s) => `X-Hub-Signature-256: sha256=${s}`,
  "the identity header": (s) => `X-IDENTITY-HEADER: ${s}`,
  "Basic credentials": (s) => `Proxy-Authorization: Basic ${Buffer.from(`id:${s}`).toString("base64")}`,
  "a bearer in a sentence": (s) => `The call with Bearer ${s}1Aa was refused.`,
  "shared key authorization": (s) => `"Authorization":"SharedKey account:${s}"`,
  "a form": (s) => `grant_type=refresh_token&refresh_token=${s}&client_id=1`,
  "a form's client secret": (s) => `client_id=1&client_secret=${s}`,
  "a form's code and verifier": (s) => `code=${s}9a&code_verifier=${s}&grant_type=authorization_code`,
  JSON: (s) => JSON.stringify({ access_token: s, expires_in: 3599, refresh_token: s }),
  "JSON, indented": (s) => JSON.stringify({ answer: { refresh_token: s } }, null, 2),
  "JSON inside of JSON": (s) => JSON.stringify({ body: JSON.stringify({ client_secret: s, scope: "x" }) }),
  "JSON with headers": (s) => JSON.stringify({ headers: { "set-cookie": [`a=${s}; Path=/`, `b=${s}`] } }),
  "JSON that was cut": (s) => `{"refresh_token":"${s}`,
  "a printed object": (s) => inspect({ refreshToken: s, headers: { authorization: `Bearer ${s}` } }),
  "a printed header list": (s) => inspect(["x-functions-key", s, "cookie", s]),
  "a printed Headers object": (s) => inspect(new Headers({ authorization: `Bearer ${s}` })),
  "a printed URL object": (s) => inspect(new URL(`https://x.example/cb?state=${encodeURIComponent(s)}`)),
  "a printed buffer": (s) => inspect({ bytes: Buffer.from(s) }),
  "a connection string": (s) =>
    `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${s}==;EndpointSuffix=core.windows.net`,
  "a shared access connection string": (s) =>
    `BlobEndpoint=https://a/;SharedAccessSignature=sv=2024&sig=${s}`,
  "a setting": (s) => `HOST_KEY=${s} MASTER_KEY=${s} node serve.ts`,
  "a YAML line": (s) => `  client_secret: 1a${s}\n  other: x`,
  "a JSON Web Token": (s) => `token eyJhbGciOiJIUzI1NiJ9.${s.replaceAll(/[^\w-]/g, "")}.x refused`,
  "a private key": (s) => `-----BEGIN PRIVATE KEY-----\n${s}\n${s}\n-----END PRIVATE KEY-----`,
  "an encoded URL": (s) => `redirect=${encodeURIComponent(`https://x.example/cb?code=${s}&state=${s}`)}`,
  "a URL, encoded twice": (s) => `next ${twice(`https://x.example/cb?code=${s}&state=${s}`)} opened`,
  "a URL of which every byte is encoded": (s) => everyByte(`?access_token=${s}&x=1`),
  "JSON in a URL": (s) => `https://x.example/?d=${encodeURIComponent(JSON.stringify({ id_token: s }))}`,
  "JSON of a writer that fears HTML": (s) => unicode(`{"url":"https://x.example/?code=${s}&state=${s}"}`),
  "a link in HTML": (s) => `<a href="/api/connections?connection=a&amp;code=${s}">`,
};

const letters = (alphabet: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet.split("")), minLength, maxLength });
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const BASE64URL = `${LOWER}${LOWER.toUpperCase()}0123456789-_`;
/** As they are issued: Microsoft's and Webex's tokens, codes, function keys, account keys, UUIDs. */
const anySecret = fc
  .oneof(
    letters(BASE64URL, 20, 90),
    letters("0123456789abcdef", 32, 64),
    letters(`${BASE64URL}~.`, 20, 60),
    letters(`${BASE64URL}+/`, 40, 88),
    fc.uuid(),
  )
  // What a machine draws at random has both; a shrunk counterexample should, too.
  .filter((secret) => /\d/.test(secret) && /[a-z]/.test(secret));

/** No part of the secret that would be of use is left. */
function assertHidden(secret: string, shown: string): void {
  for (let start = 0; start + 12 <= secret.length; start += 1) {
    assert.ok(!shown.includes(secret.slice(start, start + 12)), `“${secret}” is seen in “${shown}”`);
  }
}

suite("a secret is not seen in", () => {
  for (const [place, hide] of Object.entries(HIDING_PLACES)) {
    test(place, () => {
      fc.assert(
        fc.property(anySecret, (secret) => assertHidden(secret, redact(hide(secret)))),
        { numRuns: 200 },
      );
    });
  }

  test("two places at once, one inside of the other", () => {
    const outer: ((text: string) => string)[] = [
      (text) => JSON.stringify({ body: text }),
      (text) => JSON.stringify({ body: JSON.stringify({ body: text }) }),
      (text) => `https://x.example/log?d=${encodeURIComponent(text)}&e=1`,
      (text) => encodeURIComponent(`https://x.example/log?d=${encodeURIComponent(text)}&e=1`),
      (text) => inspect({ cause: text }, { breakLength: Infinity }),
    ];
    const places = fc.constantFrom(...Object.values(HIDING_PLACES));
    fc.assert(
      fc.property(anySecret, places, fc.constantFrom(...outer), (secret, hide, around) => {
        assertHidden(secret, redact(around(hide(secret))));
      }),
      { numRuns: 3000 },
    );
  });
});

test("a password in JSON is not seen, whatever it is made of", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 12, maxLength: 40 }), (password) => {
      for (const text of [
        JSON.stringify({ password, user: "team" }),
        JSON.stringify({ body: JSON.stringify({ user: "team", password }) }),
        JSON.stringify({ body: JSON.stringify({ body: JSON.stringify({ password }) }) }),
      ]) {
        const shown = redact(text);
        for (const part of password.split(/["\\\s]/).filter((word) => word.length > 7)) {
          assert.ok(!shown.includes(part), `“${part}” is seen in “${shown}”`);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("a token is not seen even where nothing says that it is one", () => {
  const token = "M.C547_BAY.0.U.-CqDwvVO7e1Jkzq5wT3rYx9ZpL2mNs8Ab4Gh6Ij0Kl1Op";
  assert.equal(redact(`refused: ${token}!`), "refused: REDACTED!");
});

test("an error is described with all that caused it, and without their secrets", () => {
  const secret = "1.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";
  const body = { error: "invalid_grant", refresh_token: secret };
  const refused = new Error(`POST /token?client_secret=${secret} was refused`, { cause: body });
  const many = new AggregateError([new Error(`Bearer ${secret}`), `password=${secret}`], "several", {
    cause: refused,
  });
  // A circle must not be walked for ever.
  refused.cause = { ...body, again: refused };
  many.errors.push(many);
  const shown = describeError(new Error("the pass failed", { cause: many }));
  assertHidden(secret, shown);
  for (const kept of ["the pass failed", "several", "was refused", "invalid_grant", "redact.test.ts"]) {
    assert.ok(shown.includes(kept), `“${kept}” is missing in ${shown}`);
  }
  assert.equal(describeError("password=hunter22"), "password=REDACTED");
});

for (const line of [
  "ROLLCALL_PASS_OK mantabots: ok, 1 sent, 3 skipped, 6 requests, 1.2 s",
  "Settings to correct: GRAPH_URL: must be an https URL; SECRET_CACHE_SECONDS: must not be negative.",
  "There is no secret microsoft-client-secret in the Key Vault https://x.vault.azure.net. Store it: npm run secrets:set -- microsoft-client-secret",
  "Microsoft gave no access token for the connection default: the refresh token was not used for 90 days (AADSTS700082, trace 0c9d7a1e-4c5b-4f0e-9a51-7be3b7a0c2d1).",
  "The client secret: wrong. The password: expired. state: running, code: ErrorAccessDenied",
  '{"error":{"code":"ErrorItemNotFound","message":"Not found.","innerError":{"date":"2026-11-21"}}}',
  "status 429, Retry-After: 10, request-id: 4b1a6f0e-6a3e-4a6b-8f52-6c5d1c7f0a11",
  "trackingId ROUTERGW_1a6ed1ad-fdd3-47a6-bdcf-ed63bf838527",
  "GET https://graph.microsoft.com/v1.0/me/calendars?$top=50&$select=id,name 200",
  "GET https://x.example/a%20b?name=Zo%C3%AB&next=%2Fhome 404",
  "event AAMkAGI2NGVhZTVlLTI1OGMtNDI4My1iZmE5LTA5OGJiZGEzMTc0YQBGAAAAAADUuTJK1K9aTpCdqXop_4NaBwCd9nJ: unread_mark",
  "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "    at async file:///app/node_modules/@azure/storage-blob/dist/esm/utils/utils.common.js:159:19",
  "token_type=Bearer expires_in=3600 scope=Mail.Send",
  "Basic authentication is not offered; bearer token wanted",
]) {
  test(`a line without a secret stays as it is: ${line.slice(0, 40)}…`, () => {
    assert.equal(redact(line), line);
  });
}

test("the addresses of people are not log material", () => {
  assert.equal(
    redact("550 5.1.1 <Zoe.O'Brien+team@mail.example.org>: unknown, says @azure/core 1.2@3.4.5"),
    "550 5.1.1 <[address]>: unknown, says @azure/core 1.2@3.4.5",
  );
  assert.equal(redact("account=ada%40example.org&x=1"), "account=[address]&x=1");
});

test("what is clean stays clean", () => {
  fc.assert(
    fc.property(anySecret, fc.constantFrom(...Object.values(HIDING_PLACES)), (secret, hide) => {
      const once = redact(hide(secret));
      assert.equal(redact(once), once);
    }),
    { numRuns: 1000 },
  );
});

test("a text of any length is looked at in little time, and shown in part", () => {
  const patterns = [
    "a",
    "eyJaaaaaaaa-",
    "token",
    "%3D",
    "a-a.",
    "token:  ",
    '\\"',
    "://a",
    "a@",
    "A1g",
    "&code=",
  ];
  for (const pattern of patterns) {
    const startedAt = process.cpuUsage().user;
    const shown = redact(pattern.repeat(1_000_000 / pattern.length));
    assert.ok(shown.length < 17_000);
    const milliseconds = (process.cpuUsage().user - startedAt) / 1000;
    assert.ok(milliseconds < 10_000, `“${pattern}” took ${milliseconds} ms`);
  }
});

test("a logger's lines are redacted at every level", () => {
  const lines: string[] = [];
  const push = (line: string): void => void lines.push(line);
  const logger = redactingLogger({ info: push, warn: push, error: push });
  for (const level of ["info", "warn", "error"] as const) logger[level]("refresh_token=abc");
  assert.deepEqual(
    lines,
    Array.from({ length: 3 }, () => "refresh_token=REDACTED"),
  );
});
