import assert from "node:assert/strict";
import { test } from "node:test";
import { SecretStoreError } from "../../shared/secrets/secret-store.ts";
import {
  aConsentWorld,
  ADMIN,
  type Browser,
  CLIENT_ID,
  COACH,
  type ConsentWorld,
  linksOf,
  PUBLIC_URL,
  wordsOf,
} from "./consent-world.ts";

/** Something goes wrong on the way; what the page then says. */
interface Failure {
  name: string;
  /** Prepares the trouble, and gives where the browser arrives. */
  back: (world: ConsentWorld, browser: Browser) => Promise<URL>;
  status: number;
  words: RegExp;
}

const TOKEN = "/oauth2/v2.0/token$";

/** Microsoft sends the browser back with this error. */
function answeredBy(error: string, description: string): Failure["back"] {
  return async (_world, browser) => {
    const location = new URL((await browser.start()).headers["location"] ?? "");
    const state = location.searchParams.get("state") ?? "";
    const query = new URLSearchParams({ state, error, error_description: description });
    return new URL(`${PUBLIC_URL}/api/oauth/microsoft/callback?${query.toString()}`);
  };
}

/** The person accepts, but the code is answered like this. */
function redeemedWith(status: number, body: unknown): Failure["back"] {
  return async (world, browser) => {
    const back = await browser.signIn(await browser.start(), COACH);
    world.login.faults.add({ kind: "status", path: TOKEN, status, body });
    return back;
  };
}

function refusal(code: number, error = "invalid_grant"): unknown {
  return {
    error,
    error_codes: [code],
    error_description: `AADSTS${code}: of ${COACH}`,
    trace_id: "the-trace",
  };
}

const FAILURES: Failure[] = [
  {
    name: "who declines is told that no permission was given",
    back: async (_world, browser) => browser.signIn(await browser.start(), COACH, "deny"),
    status: 400,
    words: /You said no .*AADSTS65004/,
  },
  {
    name: "who declines with a personal account, for which Microsoft has no code, is told the same",
    back: answeredBy("access_denied", "The user has denied access to the scope requested by the client."),
    status: 400,
    words: /You said no .*access_denied/,
  },
  {
    name: "who needs an administrator's consent is told whom to ask",
    back: answeredBy("consent_required", "AADSTS90094: The grant requires administrator permission."),
    status: 400,
    words: /An administrator has to agree first .*administrator of your organisation/,
  },
  {
    name: "an account of another tenant is told to pick another",
    back: answeredBy("access_denied", "AADSTS50020: User account does not exist in tenant."),
    status: 400,
    words: /This account cannot be used here .*pick another account/,
  },
  {
    name: "an app for one tenant, asked for at common, is the operator's to correct",
    back: redeemedWith(400, refusal(50194, "invalid_request")),
    status: 400,
    words: /one organisation only .*set MICROSOFT_TENANT/,
  },
  {
    name: "an expired client secret is Rollcall's trouble, not the person's",
    back: async (world, browser) => {
      const back = await browser.signIn(await browser.start(), COACH);
      world.login.expireSecret(CLIENT_ID);
      return back;
    },
    status: 400,
    words:
      /own password has expired .*make a new client secret .*secret microsoft-client-secret.*AADSTS7000222/,
  },
  {
    name: "a wrong client secret is told from an expired one",
    back: async (world, browser) => {
      await world.secrets.set("microsoft-client-secret", "the-secret-id");
      return browser.signIn(await browser.start(), COACH);
    },
    status: 400,
    words: /own password is wrong .*not its Secret ID.*AADSTS7000215/,
  },
  {
    name: "a client secret that is gone meanwhile is told from a wrong one",
    back: async (world, browser) => {
      const back = await browser.signIn(await browser.start(), COACH);
      world.secrets.delete("microsoft-client-secret");
      return back;
    },
    status: 503,
    words: /own password is missing .*store the Value/,
  },
  ...[700082, 50173, 70008].map((code) => ({
    name: `a sign-in that counts no more (${code}) is to be done once more`,
    back: redeemedWith(400, refusal(code)),
    status: 400,
    words: new RegExp(`sign in once more .*AADSTS${code} Trace id the-trace`),
  })),
  {
    name: "a policy that blocks the account is the organisation's",
    back: async (world, browser) => {
      const back = await browser.signIn(await browser.start(), COACH);
      await world.login.setAccount(COACH, "blocked");
      return back;
    },
    status: 400,
    words: /organisation’s rules stopped the sign-in .*AADSTS53003/,
  },
  {
    name: "a permission that was not granted is named with its use",
    back: redeemedWith(200, {
      token_type: "Bearer",
      access_token: "the-access-token",
      refresh_token: "the-refresh-token",
      scope: "User.Read https://graph.microsoft.com/calendars.readwrite Contacts.Read profile openid email",
    }),
    status: 400,
    words: /A permission is missing .*Missing: Mail.Send \(to send mail as this account\)\./,
  },
  {
    name: "an answer without a refresh token is of no use",
    back: redeemedWith(200, { token_type: "Bearer", access_token: "a", scope: "User.Read" }),
    status: 400,
    words: /no lasting permission/,
  },
  {
    name: "a code nobody has words for is shown",
    back: redeemedWith(400, refusal(999999, "something_new")),
    status: 400,
    words: /Microsoft refused .*AADSTS999999/,
  },
  {
    name: "a provider that is down is not the person's fault",
    back: redeemedWith(503, "Service unavailable"),
    status: 502,
    words: /Microsoft gave no usable answer .*Try again in a few minutes/,
  },
  {
    name: "a provider that breaks the connection is no different",
    back: async (world, browser) => {
      const back = await browser.signIn(await browser.start(), COACH);
      world.login.faults.add({ kind: "reset-before", path: TOKEN });
      return back;
    },
    status: 502,
    words: /Microsoft gave no usable answer/,
  },
  {
    name: "an answer that is not JSON is not shown to anybody",
    back: redeemedWith(200, "access_token=the-access-token"),
    status: 502,
    words: /Microsoft gave no usable answer/,
  },
  {
    name: "an account that cannot be named is not connected",
    back: async (world, browser) => {
      const back = await browser.signIn(await browser.start(), COACH);
      world.graph.faults.add({ kind: "status", path: "/me", status: 403, times: 0 });
      return back;
    },
    status: 502,
    words: /Microsoft gave no usable answer/,
  },
  {
    name: "a scope that Webex does not know of the integration is told at consent",
    back: async (world, browser) => {
      world.furtherScopes = ["meeting:admin_schedule_write"];
      return browser.signIn(await browser.start("webex", { capability: "membership" }), ADMIN);
    },
    status: 400,
    words: /Webex does not offer these permissions .*Sign in as an administrator/,
  },
];

for (const { name, back, status, words } of FAILURES) {
  test(name, async () => {
    const world = await aConsentWorld();
    const browser = world.browser();
    const url = await back(world, browser);
    const answer = await browser.arrive(url);
    assert.equal(answer.status, status);
    assert.match(wordsOf(answer), words);
    assert.deepEqual(await world.registry.list(), []);
    assert.deepEqual(
      world.secrets.sets.filter((set) => set.name.includes("refresh")),
      [],
    );
    const said = answer.body + world.log.lines.join("\n");
    assert.doesNotMatch(said, /the-access-token|the-refresh-token|the-client-secret|coach@/);
    assert.equal(new URL(linksOf(answer)["Try again"] ?? "").origin, PUBLIC_URL);
  });
}

test("a token that cannot be stored is not said to be", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const back = await browser.signIn(await browser.start(), COACH);
  const { set } = world.secrets;
  world.secrets.set = async (name, value, details) => {
    if (name.includes("refresh-token")) throw new SecretStoreError("the vault is away");
    return set(name, value, details);
  };
  const answer = await browser.arrive(back);
  assert.equal(answer.status, 503);
  assert.match(wordsOf(answer), /could not be stored/);
  assert.deepEqual(await world.registry.list(), []);
  assert.match(world.log.lines.join(), /^error: connection default: .* the vault is away/);
});

test("“Try again” begins the same sign-in once more", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const declined = await browser.arrive(
    await browser.signIn(await browser.start("microsoft", { connection: "second" }), COACH, "deny"),
  );
  const begun = await browser.open(linksOf(declined)["Try again"] ?? "");
  assert.equal((await browser.arrive(await browser.signIn(begun, COACH))).status, 200);
  assert.equal((await world.registry.get("microsoft", "second"))?.account, COACH);
});

test("nobody is sent to sign in before the app's own registration is complete", async () => {
  const world = await aConsentWorld();
  world.secrets.delete("microsoft-client-secret");
  await assert.rejects(world.browser().start(), {
    name: "SettingsError",
    message: /There is no secret microsoft-client-secret in memory.*npm run secrets:set/,
  });
});

test("an account is not connected for what its provider has nothing to do with", async () => {
  const world = await aConsentWorld();
  await assert.rejects(world.browser().start("webex"), /of no use for registration.*meetings, membership/);
});
