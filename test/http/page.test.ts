import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { html, page, problemPage } from "../../shared/http/page.ts";

test("what is filled in is text, whatever it looks like", () => {
  const evil = `</p><script>alert("1")</script><a href='x'>&amp;`;
  const { body } = page(200, evil, html`<p title="${evil}">${evil}</p>`);
  assert.doesNotMatch(body, /<script|<a |alert\("/);
  assert.equal(body.match(/&#60;script&#62;/g)?.length, 4);
});

test("HTML is filled in as it is, lists one after the other, and nothing for undefined", () => {
  const items = ["a", "<b>"].map((item) => html`<i>${item}</i>`);
  assert.equal(html`${items}${undefined}${3}`.text, "<i>a</i><i>&#60;b&#62;</i>3");
});

test("a page runs nothing, loads nothing, and fits in no frame", () => {
  const { headers, body } = page(400, "A title", html`<p>words</p>`);
  const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  assert.deepEqual(headers, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  });
});

test("a page has a language, a title and one heading", () => {
  const { status, body } = problemPage(404, "There is nothing here.");
  assert.equal(status, 404);
  assert.match(body, /^<!doctype html>\s*<html lang="en">/);
  assert.match(body, /<title>There is no such page - Rollcall<\/title>/);
  assert.equal(body.match(/<h1>/g)?.length, 1);
  assert.match(body, /<p>There is nothing here\.<\/p>/);
});
