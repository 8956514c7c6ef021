import assert from "node:assert/strict";
import { test } from "node:test";
import { readMark, readNotice } from "./notice-text.ts";

const slot = { start: new Date("2026-11-03T00:00:00Z"), end: new Date("2026-11-03T12:30:00Z") };
const people = new Set(["Grace", "Ada", "Blaise"]);

test("a notice is read as its host reads it", () => {
  const start = "Tuesday, 03. November 2026 at 12:00AM";
  const end = "Tuesday, 03. November 2026 at 12:30PM";
  const text = `AQMk=\r\n${start}\r\n${end}\r\n- Grace\r\n\r\n- Ada\r\n- Blaise\r\n`;
  assert.deepEqual(readNotice(text), { event: "AQMk=", slot, people });
});

test("a mark is read as the first program reads it", () => {
  const mark = {
    sent: true,
    start: "2026-11-03T00:00:00.000000+0000",
    end: "2026-11-03T12:30:00.000000+0000",
    students: '{"mail": "ada@example.org", "name": "Ada"};{"mail": "b@example.org", "name": "Blaise"}',
    adults: '{"mail": "grace@example.org", "name": "Grace"}',
    mentors: "",
  };
  assert.deepEqual(readMark(mark), { slot, people });
});
