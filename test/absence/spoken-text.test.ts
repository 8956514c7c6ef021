import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { type SpokenChoice, speechOf, spokenText } from "../../shared/absence/spoken-text.ts";
import { randomSeed } from "../registration/random-seed.ts";

const MEGABYTE = 1024 * 1024;

suite("the text that callers hear", () => {
  for (const [choice, audience, heard] of [
    ["audience", "all", "out"],
    ["audience", "contactsOnly", "out"],
    ["audience", "none", "in"],
    ["external", "none", "out"],
    ["internal", "all", "in"],
  ] satisfies [SpokenChoice, "all" | "contactsOnly" | "none", string][]) {
    test(`is the one for ${heard === "in" ? "colleagues" : "everybody else"} by ${choice} when ${audience} outside are answered`, () => {
      const replies = {
        status: "alwaysEnabled",
        audience,
        internal: "<p>in</p>",
        external: "<p>out</p>",
      } as const;
      assert.equal(spokenText(replies, choice), heard);
    });
  }
});

suite("HTML as speech", () => {
  for (const [says, html, heard] of [
    [
      "a page as Outlook writes it",
      "<html>\n<body>\n<div>Hello I am so glad my vacation is here, I may never return. </div>\n</body>\n</html>\n",
      "Hello I am so glad my vacation is here, I may never return.",
    ],
    ["nothing", "", ""],
    ["an empty page", "<html><body><div><br></div></body></html>", ""],
    [
      "entities",
      "<p>Smith &amp; Sons&nbsp;&ndash; caf&eacute; &#8364;5 &lt;now&gt; &quot;ok&quot; &#x1F3D6;</p>",
      'Smith & Sons – café €5 <now> "ok" 🏖',
    ],
    ["line breaks", "<div>Hello,<br>I am away.<br/><br>Bye</div>", "Hello,\nI am away.\nBye"],
    [
      "paragraphs, lists and headings",
      "<h1>Away</h1><p>Until <b>Mon</b>day:</p><ul><li>call Bob</li><li>or Eve</li></ul>",
      "Away\nUntil Monday:\ncall Bob\nor Eve",
    ],
    ["line ends of the source", "<p>I am\r\n   away\n\n\tnow</p>", "I am away now"],
    ["plain text", "Hello,\r\nI am away & gone\n\nBob", "Hello,\nI am away & gone\nBob"],
    ["preformatted text", "<pre>one\ntwo</pre><p>three\nfour</p>", "one\ntwo\nthree four"],
    [
      "styles and scripts",
      "<head><title>T</title><style>p{}</style></head><body><script>alert('x')</script><p>Hi</p><style>b{}</style></body>",
      "Hi",
    ],
    ["a head that nobody closed", "<html><head><meta charset=utf-8><body>Hi", "Hi"],
    ["a head without a body", "<html><head><style>a{}</style><title>T</title><p>Hello</p></html>", "Hello"],
    [
      "what is hidden",
      "<p>Hi<span style='color:red; display : none'>preview</span><i hidden>x</i></p><p>Bye</p>",
      "Hi\nBye",
    ],
    ["comments of Word", "<p>Hi<!--[if mso]><b>no</b><![endif]--><o:p>&nbsp;</o:p></p>", "Hi"],
    [
      "a link with its own words",
      '<p>See <a href="https://www.example.com/help/?a=1#b">our page</a>.</p>',
      "See our page (www.example.com/help).",
    ],
    [
      "a link that says where it leads",
      '<a href="https://example.com/">https://example.com/</a>, <a href="mailto:Bob@Example.com">bob@example.com</a>',
      "https://example.com/, bob@example.com",
    ],
    [
      "an address behind a name",
      '<p>Ask <a href="mailto:bob@example.com?subject=x">Bob</a> or <a href="tel:+1%20555%200100">the desk</a>.</p>',
      "Ask Bob (bob@example.com) or the desk (+1 555 0100).",
    ],
    [
      "an address in angle brackets",
      "Write to Bob <bob@example.org>.\nOr see <https://example.org/help>, <mailto:eve@example.org>",
      "Write to Bob (bob@example.org).\nOr see (https://example.org/help), (eve@example.org)",
    ],
    ["an address in angle brackets, between tags", "<p>Bob <bob@example.org></p>", "Bob (bob@example.org)"],
    [
      "a link with letters beyond ASCII",
      '<a href="https://müller.de/büro">Müller</a>, <a href="http://xn--bcher-kva.example:81/">Bücher</a>, <a href="http://[::1]/">me</a>',
      "Müller (müller.de/büro), Bücher (bücher.example:81), me ([::1])",
    ],
    [
      "a link around blocks",
      '<a href="https://example.org/x"><div></div><div>Click here</div><div>now</div></a>or not',
      "Click here (example.org/x)\nnow\nor not",
    ],
    [
      "a link with a path nobody can note",
      `<a href="https://example.com/${"a".repeat(50)}">form</a>`,
      "form (example.com)",
    ],
    [
      "a link to a script",
      '<a href="javascript:alert(1)">here</a> <a href="">there</a> <a>nowhere</a>',
      "here there nowhere",
    ],
    [
      "pictures",
      '<p><img src="x.png" alt="Acme logo">Bob<img src="y.png"></p><a href="https://x.example"><img src="z.png"></a>',
      "Acme logo Bob",
    ],
    [
      "what Outlook makes of a picture",
      '<p><img alt="Logo&#10;&#10;Description automatically generated">Bob<img alt="A dog. AI-generated content may be incorrect."></p>',
      "Bob",
    ],
    [
      "numbered lists",
      "<ol><li>One</li><li><p>Two:</p><ul><li>call</li></ul></li><li></li><li value=7>Seven</li><li>Eight</li></ol><ol start=3><li>Three</ol><ul><li>no</ul>",
      "1. One\n2. Two:\ncall\n7. Seven\n8. Eight\n3. Three\nno",
    ],
    [
      "a signature",
      "<p>Away.</p><p>--&nbsp;</p><table><tr><td>Ada</td><td>Acme</td></tr><tr><td>+1 555 0100</td></tr></table><p>__________</p>",
      "Away.\nAda Acme\n+1 555 0100",
    ],
    ["bullets made by hand", "<p>·&nbsp;&nbsp; call Bob</p><p>• or Eve</p>", "call Bob\nor Eve"],
    [
      "what nobody hears",
      "<p>A\u200Bda\u00AD \u202Eis\u0007 here\u{1F468}\u200D\u{1F4BB}</p>",
      "Ada is here\u{1F468}\u200D\u{1F4BB}",
    ],
    ["tags that are not closed", "<p>one<p>two<div>three", "one\ntwo\nthree"],
    ["a sign that is no tag", "<p>1 < 2 and a<b</p>", "1 < 2 and a"],
  ] as const) {
    test(`is clear of all that is not for ears: ${says}`, () => assert.equal(speechOf(html), heard));
  }

  test("is cut after a whole word when it is longer than anybody listens", () => {
    const heard = speechOf(`<p>${"word ".repeat(MEGABYTE / 5)}</p>`);
    assert.ok(heard.length <= 10_001);
    assert.match(heard, /word…$/);
    const emoji = speechOf("\u{1F3D6}".repeat(MEGABYTE / 2));
    assert.ok(emoji.isWellFormed() && emoji.length <= 10_001);
  });

  test("does not lose what stands behind much white space or many tags", () => {
    assert.equal(speechOf(`<p>${" \n".repeat(50_000)}Hi${"<br>".repeat(20_000)}Bye</p>`), "Hi\nBye");
  });

  test("is made in a moment of whatever a megabyte holds", (t) => {
    const bombs: Record<string, string> = {};
    const parts = [
      "<b>",
      "<p>",
      "<svg>",
      "<pre>",
      "</p>",
      "<!--",
      '<a href="',
      "<a href=x>",
      "<a@",
      "<https://a",
      "<ol><li>",
      "&amp;",
      "&#x",
      "<",
      "\n",
    ];
    for (const part of parts) {
      bombs[part] = part.repeat(MEGABYTE / part.length);
    }
    bombs["attributes"] = `<p ${"x=1 ".repeat(MEGABYTE / 4)}>`;
    bombs["a style"] = `<p style="${"; display ".repeat(MEGABYTE / 10)}">`;
    bombs["a link"] = `<a href="https://${"a".repeat(MEGABYTE)}">x</a>`;
    bombs["an alt"] = `<img alt="${"- ".repeat(MEGABYTE / 2)}">`;
    bombs["crossed"] = "<b>".repeat(150_000) + "</i>".repeat(150_000);
    let [slowest, longest] = ["", 0];
    for (const [name, html] of Object.entries(bombs)) {
      const start = process.cpuUsage();
      assert.ok(speechOf(html).length <= 10_001, name);
      // Its own time: what else the machine does beside makes no parser slow.
      const took = process.cpuUsage(start).user / 1000;
      if (took > longest) [slowest, longest] = [name, took];
    }
    t.diagnostic(`the slowest, ${slowest}, took ${longest.toFixed(0)} ms`);
    // A fraction of it; a parser that searches all that is open takes half a minute.
    assert.ok(longest < 2000, `${slowest} took ${longest} ms`);
  });

  test("never throws, holds no control characters but its line ends, and no tags that a parser finds", (t) => {
    const markup = fc.constantFrom(
      "<p>",
      "</p>",
      "<a href='x'>",
      "</a>",
      "<pre>",
      "<head>",
      "<body>",
      "<script>",
      "</script>",
      "&lt;",
      "<br",
      ">",
      "\u0000",
      "\r\n",
      "--",
      "<i hidden>",
      "\uD800",
      "•",
    );
    const html = fc.array(fc.oneof(markup, fc.string({ unit: "binary", maxLength: 8 })), { maxLength: 15 });
    fc.assert(
      fc.property(html, (parts) => {
        const heard = speechOf(parts.join(""));
        assert.doesNotMatch(heard.replaceAll("\n", ""), /[\p{Cc}\p{Cs}]/u);
        assert.doesNotMatch(heard, /^\s|\s$|\n\n| {2}/u);
        assert.ok(heard.isWellFormed());
      }),
      { numRuns: 150, ...randomSeed(t) },
    );
  });
});
