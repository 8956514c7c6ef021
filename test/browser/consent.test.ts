import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, suite, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { SAMPLE_ACCOUNT } from "../../infra/local/samples/mailbox.ts";
import { assertFitForPeople, launchChromium, PHONE, skip } from "./chromium.ts";
import {
  aRollcallWorld,
  HOST_KEY,
  OTHER_ACCOUNT,
  type RollcallWorld,
  WEBEX_ACCOUNT,
} from "./rollcall-world.ts";

suite("in a real browser", { skip, timeout: 120_000 }, () => {
  let browser: Browser;
  let world: RollcallWorld;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    browser = await launchChromium();
    world = await aRollcallWorld();
  });
  after(async () => {
    await browser.close();
    await world.close();
  });
  beforeEach(async () => {
    context = await aBrowser();
    page = await context.newPage();
  });
  afterEach(() => context.close());

  function aBrowser(): Promise<BrowserContext> {
    // The emulators' certificates are trusted by Node, not by the browser.
    return browser.newContext({ ignoreHTTPSErrors: true, viewport: PHONE });
  }

  const start = (connection: string): Promise<unknown> =>
    page.goto(`${world.url}/api/oauth/microsoft/start?code=${HOST_KEY}&connection=${connection}`);
  const tokenOf = async (connection: string, provider = "microsoft"): Promise<string | undefined> =>
    (await world.secrets())[`${provider}-refresh-token-${connection}`];
  /** Presses a button of the provider's page, and waits until the browser is back with us. */
  const press = async (name: string | RegExp): Promise<void> => {
    await page.getByRole("button", { name }).click();
    await page.waitForURL(({ origin }) => origin === world.url);
  };
  const signInAs = (account: string): Promise<void> => press(new RegExp(`Accept as .*${account}`));
  const heading = (): Promise<string> => page.getByRole("heading", { level: 1 }).innerText();
  const text = (): Promise<string> => page.locator("main").innerText();

  const assertFit = (name: string): Promise<void> => assertFitForPeople(page, name);

  test("a person opens the link, signs in, and the next pass runs with what was granted", async () => {
    assert.equal((await world.run("default-team")).body.runs[0]?.status, "failed");

    await page.goto(`${world.url}/api/oauth/microsoft/start?code=${HOST_KEY}`);
    assert.equal(new URL(page.url()).origin, world.login.url);
    await signInAs(SAMPLE_ACCOUNT);

    assert.equal(new URL(page.url()).pathname, "/api/oauth/microsoft/callback");
    assert.equal(await heading(), "Connected");
    assert.match(await text(), /Camille Martin \(coach@mantabots\.example\)/);
    assert.match(await text(), /Calendars\.ReadWrite/);
    await assertFit("connected");
    assert.ok(await tokenOf("default"));
    const cookies = await context.cookies(page.url());
    assert.deepEqual(
      cookies.filter(({ name }) => name.startsWith("rollcall")),
      [],
    );

    const { status, body } = await world.run("default-team");
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(world.graph.mailbox(SAMPLE_ACCOUNT).sent.length, 1);
  });

  test("a page that is loaded again says that it was used, and nothing changes", async () => {
    await start("reloaded");
    await signInAs(SAMPLE_ACCOUNT);
    const token = await tokenOf("reloaded");
    assert.ok(token);
    await page.reload();
    assert.notEqual(await heading(), "Connected");
    assert.equal(await tokenOf("reloaded"), token);
    await assertFit("reloaded");
  });

  test("who declines is told so, and can try again by a link without a key", async () => {
    await start("declined");
    await press("Cancel");
    assert.equal(await tokenOf("declined"), undefined);
    await assertFit("declined");

    await page.getByRole("link", { name: "Try again" }).click();
    await signInAs(SAMPLE_ACCOUNT);
    assert.equal(await heading(), "Connected");
    assert.ok(await tokenOf("declined"));
  });

  test("who signs in as somebody else is asked first, and decides", async () => {
    await start("two");
    await signInAs(SAMPLE_ACCOUNT);
    const token = await tokenOf("two");

    await start("two");
    await signInAs(OTHER_ACCOUNT);
    assert.match(await text(), /signed in at Microsoft as assistant@.* works for coach@/s);
    assert.equal(await tokenOf("two"), token);
    await assertFit("other-account");

    await page.getByRole("link", { name: `Use ${OTHER_ACCOUNT} instead` }).click();
    await signInAs(OTHER_ACCOUNT);
    assert.match(await text(), /Ada <Lovelace> \(assistant@mantabots\.example\)/);
    assert.notEqual(await tokenOf("two"), token);
  });

  test("a sign-in that was begun in another browser ends in this one with nothing stored", async () => {
    await start("elsewhere");
    const authorizeUrl = page.url();
    const other = await aBrowser();
    page = await other.newPage();
    await page.goto(authorizeUrl);
    await signInAs(OTHER_ACCOUNT);
    assert.notEqual(await heading(), "Connected");
    assert.equal(await tokenOf("elsewhere"), undefined);
    await assertFit("other-browser");
    await other.close();
  });

  test("the link in a failed run's report connects its account, once", async () => {
    const link = (await world.run("by-link-team")).body.runs[0]?.error?.connect ?? "";
    assert.ok(link.startsWith(`${world.url}/api/connect/`), link);
    await page.goto(link);
    await signInAs(SAMPLE_ACCOUNT);
    assert.equal(await heading(), "Connected");
    assert.ok(await tokenOf("by-link"));

    await page.goto(link);
    assert.equal(new URL(page.url()).origin, world.url);
    assert.match(await text(), /used/);
    await assertFit("used-link");
  });

  test("a person connects a Webex account", async () => {
    await page.goto(`${world.url}/api/oauth/webex/start?code=${HOST_KEY}&capability=membership`);
    await signInAs(WEBEX_ACCOUNT);
    assert.equal(await heading(), "Connected");
    assert.match(await text(), /Camille Martin \(camille\.martin@mantabots\.example\)/);
    assert.ok(await tokenOf("default", "webex"));
    await assertFit("webex-connected");
  });

  test("a person who is no administrator of the Webex organisation is told whose consent counts", async () => {
    await page.goto(
      `${world.url}/api/oauth/webex/start?code=${HOST_KEY}&capability=membership&connection=second`,
    );
    await signInAs("samuel.adeyemi@mantabots.example");
    assert.equal(await heading(), "An administrator of the organisation has to do this");
    assert.equal(await tokenOf("second", "webex"), undefined);
    await assertFit("webex-no-administrator");

    await page.getByRole("link", { name: "Try again" }).click();
    await signInAs(WEBEX_ACCOUNT);
    assert.equal(await heading(), "Connected");
    assert.ok(await tokenOf("second", "webex"));
  });

  test("a wrong address is a page, too", async () => {
    await page.goto(`${world.url}/api/oauth/google/callback?code=x&state=y`);
    assert.match(await text(), /microsoft or webex/);
    await assertFit("no-such-provider");
  });

  test("our pages run no script and load nothing, and the log has no key, code or state in it", async () => {
    const requests: URL[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => void requests.push(new URL(request.url())));
    page.on("console", (message) => void complaints.push(`${message.location().url} ${message.text()}`));
    await start("watched");
    await signInAs(SAMPLE_ACCOUNT);
    const ours = requests.filter(({ origin }) => origin === world.url);
    assert.deepEqual(
      ours.map(({ pathname }) => pathname),
      ["/api/oauth/microsoft/start", "/api/oauth/microsoft/callback"],
    );
    assert.deepEqual(
      complaints.filter((complaint) => complaint.startsWith(world.url)),
      [],
    );
    const { searchParams } = new URL(page.url());
    for (const secret of [HOST_KEY, searchParams.get("code") ?? "", searchParams.get("state") ?? ""]) {
      assert.notEqual(secret, "");
      assert.deepEqual(
        world.log.filter((line) => line.includes(secret)),
        [],
      );
    }
  });
});
