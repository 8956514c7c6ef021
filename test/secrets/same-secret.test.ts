import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameSecret } from "../../shared/secrets/same-secret.ts";

test("only the whole secret is the secret, and none is the same as nothing", () => {
  assert.equal(isSameSecret("the secret", "the secret"), true);
  for (const given of ["", "the", "the secret ", "THE SECRET", "thé secret"]) {
    assert.equal(isSameSecret(given, "the secret"), false);
    assert.equal(isSameSecret(given, undefined), false);
    assert.equal(isSameSecret(given, ""), false);
  }
});
