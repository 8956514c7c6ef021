import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startApp } from "../functions/whole-app.ts";
import { aHeldSpace, LEAVERS, mailsOf } from "../membership/held-space.ts";
import { ME, person } from "../worlds/membership-world.ts";
import { assertFitForPeople, launchChromium, PHONE, skip } from "./chromium.ts";

suite("the operator's browser", { skip, timeout: 120_000 }, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    browser = await launchChromium();
    context = await browser.newContext({ viewport: PHONE });
    page = await context.newPage();
  });
  after(() => browser.close());

  const heading = (): Promise<string> => page.getByRole("heading", { level: 1 }).innerText();
  const text = (): Promise<string> => page.locator("main").innerText();

  test("opens the link of the mail, shows who goes and why, and what was done once the button is pressed", async (t) => {
    const many = Array.from({ length: 30 }, (_, index) =>
      person(`someone-${index}@example.org`, {
        displayName: `Somebody <${index}>`,
        department: "External Sales",
      }),
    );
    const world = await aHeldSpace(t, {
      now: new Date().toISOString(),
      people: [...LEAVERS, "eve@example.org", ...many],
      members: [...LEAVERS, ...many.map(({ email }) => email)],
      file: {
        max_removals: { count: 20, percent: 10 },
        excluded_emails: LEAVERS,
        excluded_departments: ["sales"],
      },
    });
    const { host, log } = await startApp(t, world.env);
    await host.fire("membership-sync");
    await log.said(/ROLLCALL_SYNC_HELD/);

    const link = /https:\/\/\S+/.exec(mailsOf(world)[0]?.text ?? "")?.[0] ?? "";
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => void requests.push(request.method()));
    page.on("console", (message) => void complaints.push(message.text()));
    await page.goto(link.replace("https://rollcall.example", host.url));
    assert.equal(await heading(), "Approve the plan for “all-hands”?");
    assert.match(await text(), /33 of 34 members would be removed/);
    assert.match(await text(), /Removes 33 people: excluded department \(30\), excluded address \(3\)/);
    await page.getByText("Whom it removes: 33 people").click();
    assert.match(await text(), /Somebody <7> \(someone-7@example\.org\)/);
    assert.match(await text(), /Whom it adds\s+in the directory\s+eve \(eve@example\.org\)/);
    await page.reload();
    await assertFitForPeople(page, "approval");
    assert.deepEqual(world.changes(), []);

    await page.getByRole("button", { name: "Do it: remove 33 people, add 1 person" }).click();
    await page.waitForURL(link.replace("https://rollcall.example", host.url));
    assert.equal(await heading(), "Done");
    assert.match(await text(), /34 of 34 changes are made/);
    assert.deepEqual(world.members(), [ME, "eve@example.org"]);
    await assertFitForPeople(page, "approved");

    await page.goto(link.replace("https://rollcall.example", host.url));
    assert.equal(await heading(), "This plan has been applied already");
    await assertFitForPeople(page, "applied-already");
    assert.deepEqual(requests, ["GET", "GET", "POST", "GET"]);
    assert.deepEqual(
      complaints.filter((complaint) => !/409/.test(complaint)),
      [],
    );
    assert.equal(world.changes().length, 34);
  });
});
