import { CALENDAR, CLIENT, EXTENSION, HOST_ADDRESS, type MailboxWorld, SCOPES } from "./mailbox-world.ts";

interface Listing {
  value: { id: string; name?: string }[];
}

const DAY_MS = 24 * 60 * 60 * 1000;
// That program asks for ten events and never for a second page. Here it sees them all, or it would be quick by leaving out.
const EVERY_EVENT = "999";

/**
 * A pass as the Python program made it that did this job before: the same requests in the same order, each when the
 * one before it has been answered. Unlike that program, this one keeps its connection open.
 * @returns how many events it announced
 */
export async function passOneAfterTheOther(world: MailboxWorld): Promise<number> {
  const token = await redeem(world);
  const ask = async (path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${world.graph.url}/v1.0${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const isUnmarked = response.status === 404 && path.endsWith(`/extensions/${EXTENSION}`);
    if (response.ok || isUnmarked) return response;
    throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  };
  const list = async (path: string): Promise<Listing["value"]> => {
    const { value } = (await (await ask(path)).json()) as Listing;
    return value;
  };

  await (await ask("/me")).json();
  await list("/me/contacts?$top=100&$select=displayName,emailAddresses,jobTitle,categories");
  const calendars = await list("/me/calendars");
  const calendar = calendars.find(({ name }) => name === CALENDAR);
  const now = Date.now();
  const query = new URLSearchParams({
    startDateTime: new Date(now).toISOString(),
    endDateTime: new Date(now + DAY_MS).toISOString(),
    $orderby: "start/dateTime",
    $top: EVERY_EVENT,
  });
  const events = await list(`/me/calendars/${calendar?.id}/calendarview?${query.toString()}`);

  const due = [];
  for (const event of events) {
    const mark = await ask(`/me/events/${event.id}/extensions/${EXTENSION}`);
    await mark.text();
    if (mark.status === 404) due.push(event);
  }
  for (const event of due) {
    await (await ask("/me/sendMail", noticeOf(event.id))).text();
    await (await ask(`/me/events/${event.id}/extensions`, MARK)).text();
  }
  return due.length;
}

async function redeem({ login, refreshToken }: MailboxWorld): Promise<string> {
  const answer = await fetch(`${login.url}/common/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      refresh_token: refreshToken,
      grant_type: "refresh_token",
      scope: SCOPES,
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`The login service gave no token: ${answer.status}`);
  return token;
}

function noticeOf(eventId: string): unknown {
  return {
    message: {
      subject: `MantaBots ${eventId}`,
      body: { contentType: "Text", content: "The team will be on campus." },
      toRecipients: [{ emailAddress: { address: HOST_ADDRESS } }],
    },
    saveToSentItems: "true",
  };
}

const MARK = {
  "@odata.type": "microsoft.graph.openTypeExtension",
  extensionName: EXTENSION,
  sent: true,
  start: "2026-11-03T00:00:00.000000+0000",
  end: "2026-11-03T23:59:59.000000+0000",
  students: "",
  adults: "",
};
