import assert from "node:assert/strict";
import { test } from "node:test";
import { issueToken, readToken } from "../../infra/local/emulators/access-token.ts";
import type { TokenClaims } from "../../infra/local/emulators/access-token.ts";

const claims: TokenClaims = {
  audience: "https://graph.microsoft.com",
  scopes: ["Calendars.Read", "Mail.Send"],
  roles: [],
  account: "ada@example.org",
  tenant: "contoso",
  clientId: "app",
  expiresAt: new Date("2020-01-01T00:00:00Z"),
};

test("a token says what it was issued for, even when it has expired", () => {
  assert.deepEqual(readToken(issueToken(claims, "key"), "key"), claims);
});

test("an app-only token has roles and no account", () => {
  const { account: _, ...rest } = claims;
  const appOnly = { ...rest, scopes: [], roles: ["MailboxSettings.Read"] };
  assert.deepEqual(readToken(issueToken(appOnly, "key"), "key"), appOnly);
});

for (const [what, token] of [
  ["signed with another key", issueToken(claims, "other")],
  ["changed", issueToken(claims, "key").replace(/\.(.)/, (_, first) => `.${first === "a" ? "b" : "a"}`)],
  ["without a signature", issueToken(claims, "key").replace(/\.[^.]*$/, ".")],
  ["no token at all", "hello"],
  ["empty", ""],
]) {
  test(`a token ${what} is none`, () => {
    assert.equal(readToken(token ?? "", "key"), undefined);
  });
}
