import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { nextLink } from "../../shared/http/link-header.ts";

const next = "https://webexapis.com/v1/people?max=2&cursor=a,b;c";

suite("the link to the next page", () => {
  const cases: [says: string, header: string | null, expected: string | undefined][] = [
    ["is the target whose relation is next", `<${next}>; rel="next"`, next],
    ["may be written without quotes, in capitals and with spaces", `<${next}> ;  REL = Next`, next],
    ["is found among others", `<https://a.example/1>; rel="first", <${next}>; rel="next"`, next],
    ["may have several relations", `<${next}>; rel="last next"`, next],
    [
      "may have other parameters, with commas and semicolons in them",
      `<${next}>; title="a, b; c"; rel="next"`,
      next,
    ],
    [
      "is told by its relation, not by one in another parameter's quotes",
      `<${next}>; title="a; rel=prev"; rel="next"`,
      next,
    ],
    [
      "is not one whose title only speaks of it",
      '<https://a.example/1>; title="a; rel=next"; rel="prev"',
      undefined,
    ],
    ["is told by the first relation alone", '<https://a.example/1>; rel="prev"; rel="next"', undefined],
    [
      "is not one whose relation only contains the word",
      '<https://a.example/1>; rel="next-archive"',
      undefined,
    ],
    ["is none in a header of other links", '<https://a.example/1>; rel="prev"', undefined],
    ["is none without a header", null, undefined],
  ];
  for (const [says, header, expected] of cases) {
    test(says, () => assert.equal(nextLink(header), expected));
  }

  test("that cannot be read is an error, not the last page", () => {
    for (const header of [`${next}; rel="next"`, `<${next}; rel="next"`, `<${next}>, rel=next`]) {
      assert.throws(() => nextLink(header), TypeError, header);
    }
  });

  test("is looked for in no more than a moment, whatever the header", () => {
    for (const part of ["<a>;", "<", '; rel="', "; a=b", ", <a>; r=", " "]) {
      try {
        nextLink(`<a>${part.repeat(20_000)}`);
      } catch (error) {
        assert.ok(error instanceof TypeError);
      }
    }
  });
});
