import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRouteTemplate } from "../../infra/local/host/route-template.ts";

/** A template, a path, and the parameters it gives; null when it does not fit. */
const MATCHES: [string, string, Record<string, string> | null][] = [
  ["api/health", "/api/health", {}],
  ["api/health", "/API/Health/", {}],
  ["api/health", "/api/health/more", null],
  ["api/health", "/api", null],
  ["api/{name}", "/api/a b", { name: "a b" }],
  ["api/{name}", "/api/", null],
  ["api/{name}/x", "/api//x", null],
  ["api/{name?}", "/api", {}],
  ["api/{name?}", "/api/x", { name: "x" }],
  ["api/{name=ada}", "/api", { name: "ada" }],
  ["api/{a}/{b?}", "/api/1", { a: "1" }],
  ["api/{*rest}", "/api", {}],
  ["api/{*rest}", "/api/a/b/c.txt", { rest: "a/b/c.txt" }],
  ["api/{**rest}", "/api/a//b", { rest: "a//b" }],
  ["api/{name}.{type}", "/api/a.b.ics", { name: "a.b", type: "ics" }],
  ["api/file-{id:int}.json", "/api/FILE-7.json", { id: "7" }],
  ["api/file-{id:int}.json", "/api/file-x.json", null],
  ["api/{id:int}", "/api/12", { id: "12" }],
  ["api/{id:int}", "/api/twelve", null],
  ["api/{id:int?}", "/api", {}],
  ["api/{id:int?}", "/api/x", null],
  ["api/{id:int:min(5)}", "/api/4", null],
  ["api/{id:int:min(5)}", "/api/5", { id: "5" }],
  [String.raw`api/{day:regex(^\d{{4}}-\d{{2}}$)}`, "/api/2026-11", { day: "2026-11" }],
  [String.raw`api/{day:regex(^\d{{4}}-\d{{2}}$)}`, "/api/2026-1", null],
  ["api/{key:regex(^(?!supported-boards$).+$)}", "/api/supported-boards", null],
  ["api/{key:regex(^(?!supported-boards$).+$)}", "/api/PROJ-1", { key: "PROJ-1" }],
  ["api/{path:regex(^a/b|c$)}", "/api/c", { path: "c" }],
  ["api/a.b", "/api/axb", null],
  ["api/{{literal}}", "/api/{literal}", {}],
];

for (const [template, path, params] of MATCHES) {
  test(`${path} ${params === null ? "does not fit" : "fits"} the route ${template}`, () => {
    assert.deepEqual(parseRouteTemplate(template).match(path) ?? null, params);
  });
}

const REFUSED: [string, RegExp][] = [
  ["api//x", /empty segment/],
  ["/x", /begins or ends with a slash/],
  ["api/{name", /unbalanced brace/],
  ["api/{a?}/b", /can only be the last segment/],
  ["api/{*rest}/b", /can only be the last segment/],
  ["api/x{*rest}", /a segment of its own/],
  ["api/{a}{b}", /side by side/],
  ["api/{a}/{A}", /more than once/],
  ["api/{}", /is not a parameter/],
  ["api/{id:itn}", /'itn' is not one of ASP\.NET Core's/],
  ["api/{id:range(5)}", /'range\(5\)'/],
  ["api/{id:min(x)}", /whole numbers/],
  ["api/{id:regex(()}", /not a regular expression/],
];

for (const [template, why] of REFUSED) {
  test(`the route ${template} is refused with a reason`, () => {
    assert.throws(() => parseRouteTemplate(template), why);
  });
}
