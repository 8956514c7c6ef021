import assert from "node:assert/strict";
import { test } from "node:test";
import {
  capabilitiesOf,
  explainScopes,
  missingScopes,
  scopesOf,
  scopesToAskFor,
} from "../../shared/oauth/consent-scopes.ts";
import { PROVIDERS } from "../../shared/oauth/provider.ts";

test("registration asks for what a pass uses, and no more", () => {
  assert.deepEqual(scopesOf("microsoft", "registration"), [
    "offline_access",
    "User.Read",
    "Calendars.ReadWrite",
    "Contacts.Read",
    "Mail.Send",
  ]);
  assert.equal(scopesOf("webex", "registration"), undefined);
});

test("whatever is asked for has a reason", () => {
  for (const provider of PROVIDERS) {
    for (const capability of capabilitiesOf(provider)) {
      const scopes = scopesOf(provider, capability) ?? [];
      assert.ok(explainScopes(provider, scopes).every(({ reason }) => reason));
    }
  }
});

test("each scope is asked for once, and those about signing in are not", () => {
  const granted = ["https://graph.microsoft.com/Mail.Send", "openid", "profile", "email", "Files.Read"];
  assert.deepEqual(scopesToAskFor(["User.Read", "Mail.Send"], granted), [
    "User.Read",
    "Mail.Send",
    "Files.Read",
  ]);
});

test("a scope is the same in any case, and with its resource before it", () => {
  const granted = ["https://graph.microsoft.com/calendars.readwrite", "USER.READ"];
  assert.deepEqual(missingScopes(["Calendars.ReadWrite", "User.Read", "Mail.Send"], granted), ["Mail.Send"]);
  assert.deepEqual(missingScopes(["spark:people_read"], ["spark:people_read spark:kms"]), [
    "spark:people_read",
  ]);
});

test("a scope that nothing needs any more is shown without a reason", () => {
  assert.deepEqual(explainScopes("microsoft", ["Files.Read"]), [{ scope: "Files.Read" }]);
});
