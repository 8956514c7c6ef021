import assert from "node:assert/strict";
import { test } from "node:test";
import { sendRoad } from "../../shared/registration/send-road.ts";

const account = { mail: "Coach@Example.org", userPrincipalName: "coach@tenant.example" };
const servers = {
  smtp: { host: "smtp.example.org", port: 587 },
  imap: { host: "imap.example.org", port: 993 },
};

test("notices leave through Graph when nobody else is named as the sender", () => {
  assert.deepEqual(sendRoad({}, account), { road: "graph" });
  assert.deepEqual(sendRoad({ servers }, account), { road: "graph" });
});

test("notices leave through Graph when the sender is the signed-in account under either of its names", () => {
  for (const from of ["coach@example.org", "COACH@tenant.example"]) {
    assert.deepEqual(sendRoad({ from, servers }, account), { road: "graph" });
  }
  assert.deepEqual(
    sendRoad({ from: "me@outlook.example" }, { mail: null, userPrincipalName: "me@outlook.example" }),
    {
      road: "graph",
    },
  );
});

test("notices of another sender leave through that sender's servers", () => {
  const from = "team@example.org";
  assert.deepEqual(sendRoad({ from, servers }, account), { road: "smtp", from, servers });
});

test("another sender without servers is a mistake that names both", () => {
  assert.deepEqual(sendRoad({ from: "team@example.org" }, account), {
    road: "none",
    mistake:
      "mail.from: team@example.org is not the signed-in account (Coach@Example.org), " +
      "so smtp_server and imap_server must say how its mail is sent",
  });
});
