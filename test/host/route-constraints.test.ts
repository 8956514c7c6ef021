import assert from "node:assert/strict";
import { test } from "node:test";
import { constraintOf } from "../../infra/local/host/route-constraints.ts";

const CASES: { constraint: string; takes: string[]; refuses: string[] }[] = [
  {
    constraint: "int",
    takes: ["0", "-5", "+5", "2147483647"],
    refuses: ["", "1.5", "2147483648", "0x1", "one"],
  },
  { constraint: "long", takes: ["9223372036854775807"], refuses: ["9223372036854775808", "1.0"] },
  { constraint: "bool", takes: ["true", "FALSE"], refuses: ["1", "yes"] },
  { constraint: "datetime", takes: ["2026-11-03", "2026-11-03T04:00:00Z"], refuses: ["tomorrow"] },
  { constraint: "decimal", takes: ["1", "-1.5", "1,000.5"], refuses: ["1e5", "x"] },
  { constraint: "double", takes: ["1.5", "1e5", "NaN"], refuses: ["1.5.5"] },
  { constraint: "float", takes: ["-.5"], refuses: ["five"] },
  {
    constraint: "guid",
    takes: ["CD2C1638-1638-72D5-1638-DEADBEEF1638", "{cd2c1638-1638-72d5-1638-deadbeef1638}"],
    refuses: ["cd2c1638", "{cd2c1638-1638-72d5-1638-deadbeef1638"],
  },
  { constraint: "alpha", takes: ["Rick"], refuses: ["Rick1", "é"] },
  { constraint: "required", takes: ["x"], refuses: [""] },
  { constraint: "file", takes: ["a.txt"], refuses: ["a", "a."] },
  { constraint: "nonfile", takes: ["a"], refuses: ["a.txt"] },
  { constraint: "length(3)", takes: ["abc"], refuses: ["ab", "abcd"] },
  { constraint: "length(2, 3)", takes: ["ab", "abc"], refuses: ["a", "abcd"] },
  { constraint: "minlength(2)", takes: ["ab"], refuses: ["a"] },
  { constraint: "maxlength(2)", takes: ["ab"], refuses: ["abc"] },
  { constraint: "min(18)", takes: ["18"], refuses: ["17", "x"] },
  { constraint: "max(-1)", takes: ["-1"], refuses: ["0"] },
  { constraint: "range(18,120)", takes: ["18", "120"], refuses: ["17", "121"] },
  { constraint: "Regex(b+)", takes: ["abc", "ABBC"], refuses: ["ac"] },
];

for (const { constraint, takes, refuses } of CASES) {
  test(`the constraint ${constraint} takes ${takes.join(", ")} and refuses ${refuses.join(", ") || "nothing"}`, () => {
    const allows = constraintOf(constraint);
    assert.deepEqual(
      takes.filter((value) => !allows(value)),
      [],
    );
    assert.deepEqual(refuses.filter(allows), []);
  });
}
