import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeKey } from "../../shared/storage/row-key.ts";

for (const [text, key] of [
  ["mantabots", "mantabots"],
  ["AAMkAGI2=_-+", "AAMkAGI2=_-+"],
  ["a/b\\c#d?e", "a!002fb!005cc!0023d!003fe"],
  ["100%", "100!0025"],
  ["really!", "really!0021"],
  ["tab\tand\u0085", "tab!0009and!0085"],
  ["Zoë 🐟 O'Neil", "Zoë 🐟 O'Neil"],
  ["half \ud83d fish", "half !d83d fish"],
  ["", ""],
] as const) {
  test(`${JSON.stringify(text)} is kept as ${JSON.stringify(key)}`, () => assert.equal(encodeKey(text), key));
}

test("a key has no forbidden character and fits, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
      const key = encodeKey(text);
      assert.doesNotMatch(key, /[/\\#?%]|\p{Cc}|\p{Cs}/u);
      assert.ok(key.length <= 512);
    }),
  );
});

test("different texts have different keys, also when they differ only at the end of a long one", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
      fc.pre(one !== other);
      assert.notEqual(encodeKey(one), encodeKey(other));
      assert.notEqual(encodeKey("x".repeat(600) + one), encodeKey("x".repeat(600) + other));
    }),
  );
});

test("a long text is not cut through a character", () => {
  for (const before of ["", "x"]) {
    assert.ok(encodeKey(before + "🐟".repeat(300)).isWellFormed());
  }
});

test("a long text keeps its beginning", () => {
  assert.ok(encodeKey(`${"team-".repeat(80)}/${"x".repeat(500)}`).startsWith("team-team-"));
});
