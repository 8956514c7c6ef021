import assert from "node:assert/strict";
import { after } from "node:test";
import { FULL_ADMIN } from "../../../infra/local/emulators/webex/seed.ts";
import type { PersonSeed, RoomSeed } from "../../../infra/local/emulators/webex/seed.ts";
import { startWebex } from "../../../infra/local/emulators/webex/webex.ts";
import type { Webex, WebexOptions } from "../../../infra/local/emulators/webex/webex.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../../infra/local/tls.ts";

/** An administrator, and a moderator wherever there is one. */
export const ADA = "ada@example.org";
export const BOB = "bob@example.org";
export const CAROL = "carol@example.org";
export const GUEST = "gus@partner.example";
export const BOT = "helper@webex.bot";
export const ROOM = "all hands";

export const ADMIN_SCOPES =
  "spark-admin:people_read spark-admin:organizations_read spark:people_read spark:rooms_read spark:memberships_read spark:memberships_write";
const CLIENT = { client_id: "C5b0ad5b26f3d", client_secret: "s3cret" };

const PEOPLE: PersonSeed[] = [
  { email: ADA, displayName: "Ada Lovelace", roles: [FULL_ADMIN], department: "Engineering" },
  {
    email: BOB,
    displayName: "Bob",
    otherEmails: ["robert@example.org"],
    department: "Sales",
    title: "Clerk",
  },
  { email: CAROL, displayName: "Carol Shaw" },
  { email: GUEST, displayName: "Gus Guest", organization: "Partner" },
  { email: BOT, displayName: "Helper", type: "bot", organization: "Bots" },
];

export type Resource = Record<string, unknown>;

export interface Ask {
  method?: string;
  /** Ada's, with every scope, unless given. */
  token?: string;
  headers?: Record<string, string>;
  /** Text is sent as it is, anything else as JSON. */
  body?: unknown;
}

export interface Told {
  status: number;
  headers: Headers;
  body: Resource;
}

export interface DirectoryWorld {
  webex: Webex;
  /** Moves the emulator's clock on. */
  pass(milliseconds: number): void;
  token(email: string, scopes?: string): Promise<string>;
  /** @param path  below /v1, or the whole of a link */
  ask(path: string, ask?: Ask): Promise<Told>;
  /** Adds to the room of the world. */
  add(email: string, ask?: Ask): Promise<Told>;
  /** Removes from the room of the world. */
  remove(email: string, ask?: Ask): Promise<Told>;
}

const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);

/** A Webex with some people and one room, Ada's and Bob's, whose clock stands still. Closed after the tests of the file. */
export async function directoryWorld(
  room: Partial<RoomSeed> = {},
  options: Partial<WebexOptions> = {},
): Promise<DirectoryWorld> {
  let now = Date.parse("2026-11-03T12:00:00Z");
  const webex = await startWebex({
    certificate,
    clock: { now: () => new Date(now) },
    people: PEOPLE,
    rooms: [{ name: ROOM, members: [{ email: ADA, isModerator: room.isLocked === true }, BOB], ...room }],
    integrations: [
      {
        id: CLIENT.client_id,
        secret: CLIENT.client_secret,
        name: "Rollcall",
        redirectUris: [],
        scopes: ADMIN_SCOPES.split(" "),
      },
    ],
    ...options,
  });
  after(() => webex.close());

  const token = async (email: string, scopes = ADMIN_SCOPES): Promise<string> => {
    const refreshToken = await webex.grant(CLIENT.client_id, email, scopes);
    const form = { ...CLIENT, grant_type: "refresh_token", refresh_token: refreshToken };
    const answer = await fetch(`${webex.apiUrl}/access_token`, {
      method: "POST",
      body: new URLSearchParams(form),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const adas = await token(ADA);
  const ask = async (path: string, { method, headers = {}, body, ...rest }: Ask = {}): Promise<Told> => {
    const isText = typeof body === "string";
    const response = await fetch(path.startsWith("https:") ? path : webex.apiUrl + path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        authorization: `Bearer ${rest.token ?? adas}`,
        ...(body === undefined ? {} : { "content-type": isText ? "text/plain" : "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === "" ? {} : JSON.parse(text)) as Resource,
    };
  };
  return {
    webex,
    token,
    ask,
    pass: (milliseconds) => void (now += milliseconds),
    add: (email, how = {}) =>
      ask("/memberships", { body: { roomId: webex.space(ROOM).id, personEmail: email }, ...how }),
    remove: (email, how = {}) =>
      ask(`/memberships/${membershipId(webex, email)}`, { method: "DELETE", ...how }),
  };
}

/** Of somebody in a room, whether they are there or not. */
export function membershipId(webex: Webex, email: string, room = ROOM): string {
  const inner = (id: string): string => Buffer.from(id, "base64url").toString().split("/").at(-1) ?? "";
  const id = `${inner(webex.people.id(email))}:${inner(webex.space(room).id)}`;
  return Buffer.from(`ciscospark://us/MEMBERSHIP/${id}`).toString("base64url");
}

/** The items of a list that was answered with 200. */
export function itemsOf({ status, body }: Told): Resource[] {
  assert.equal(status, 200, JSON.stringify(body));
  return body["items"] as Resource[];
}

/** The first address of each person or member. */
export function emailsOf(items: Resource[]): unknown[] {
  return items.map(({ emails, personEmail }) => personEmail ?? (emails as string[])[0]);
}

export function membersOf({ webex }: DirectoryWorld, room = ROOM): string[] {
  return webex
    .space(room)
    .members()
    .map(({ email }) => email);
}

/** "status message" */
export function refusalOf({ status, body }: Told): string {
  return `${status} ${String(body["message"])}`;
}

export function nextOf({ headers }: Told): string | undefined {
  return /^<(.+)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
}

/** Every item of a list, page after page. */
export async function allPages(
  world: DirectoryWorld,
  path: string,
  ask: Ask = {},
): Promise<{ pages: number; items: Resource[] }> {
  const items: Resource[] = [];
  let pages = 0;
  for (let link: string | undefined = path; link !== undefined; pages += 1) {
    const told = await world.ask(link, ask);
    items.push(...itemsOf(told));
    link = nextOf(told);
  }
  return { pages, items };
}
