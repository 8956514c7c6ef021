import { setTimeout } from "node:timers/promises";
import { PASSES_QUEUE, type WorkMessage, workMessages } from "../../shared/registration/work-message.ts";
import { messageQueue } from "../../shared/storage/message-queue.ts";
import type { StorageAccount } from "../../shared/storage/storage-account.ts";
import {
  type Gatekeeper,
  type HaltingProxy,
  type PassingRequest,
  startHaltingProxy,
} from "./halting-proxy.ts";
import { type HostProcess, startHostProcess } from "./host-process.ts";
import type { HostWorld } from "./host-world.ts";
import { areRecorded, type KillPoint, type Moment } from "./kill-points.ts";

/** A team whose workers are killed; it has its connection, and its message, to itself. */
export interface Victim {
  point: KillPoint;
  team: string;
}

/** One worker's doings for one team, as far as the services know of them. */
interface Work {
  point: KillPoint;
  /** Of the host it is in: 0 is the first. */
  life: number;
  answered: PassingRequest[];
  /** From that moment on nothing of it gets anywhere. */
  isOver: boolean;
}

/** So many notices and marks of a team. */
export interface Left {
  notices: number;
  marks: number;
}

export interface Killed {
  /** The last one is alive. */
  hosts: HostProcess[];
  batch: string;
  /** What there was of each team when the first host was dead. */
  left: ReadonlyMap<string, Left>;
  /** The teams of which a worker never came to its moment. */
  missed: ReadonlySet<string>;
  close(): Promise<void>;
}

const BATCH = "killed";
/** What has not come about by then will not. */
const PATIENCE_MS = 25_000;

/**
 * Sends each team its message, and has hosts work at them, one after the other: each is killed as soon as all the teams
 * whose worker is to die in it have come to that moment, and all others are done. What holds others off for a while (the
 * leases of the dead) is ended at once, as its time would end it; the messages come back by themselves.
 */
export async function killWorkers(world: HostWorld, victims: readonly Victim[]): Promise<Killed> {
  const teamOfMessage = await sendMessages(world.storage, victims);
  const killings = new Killings(world, victims, teamOfMessage);
  const proxies = await startProxies(world, killings);
  const hosts: HostProcess[] = [];
  const left = new Map<string, Left>();
  const missed = new Set<string>();
  const close = async (): Promise<void> => {
    await Promise.all(hosts.map((host) => host.kill()));
    await Promise.all(proxies.all.map((proxy) => proxy.close()));
  };
  try {
    const lives = Math.max(...victims.map(({ point }) => point.moments.length));
    for (let life = 0; life <= lives; life += 1) {
      killings.begin(life);
      const host = await startHostProcess({ ...world.settings, ...proxies.settings });
      hosts.push(host);
      for (const team of await killings.end()) missed.add(team);
      if (life === lives) break;
      await host.kill();
      await endLeases(world.storage);
      if (life > 0) continue;
      for (const { team } of victims) {
        left.set(team, { notices: world.announcedBy(team).length, marks: world.marksOf(team).length });
      }
    }
    return { hosts, batch: BATCH, left, missed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns whose message is whose, by its id */
async function sendMessages(
  storage: StorageAccount,
  victims: readonly Victim[],
): Promise<Map<string, string>> {
  const queue = await storage.queue(PASSES_QUEUE);
  for (const { team } of victims) {
    const [message] = workMessages([{ team, connection: team }], { batch: BATCH });
    await messageQueue(storage, PASSES_QUEUE).send(message);
  }
  const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
  return new Map(
    peekedMessageItems.map(({ messageId, messageText }) => {
      const { connection } = JSON.parse(Buffer.from(messageText, "base64").toString()) as WorkMessage;
      return [messageId, connection];
    }),
  );
}

async function startProxies(
  { settings: { AzureWebJobsStorage: connectionString = "" }, graph, certificate }: HostWorld,
  gatekeeper: Gatekeeper,
): Promise<{ all: HaltingProxy[]; settings: Record<string, string> }> {
  const graphProxy = await startHaltingProxy(graph.url, gatekeeper, certificate);
  const all = [graphProxy];
  let behind = connectionString;
  for (const [, endpoint = ""] of connectionString.matchAll(/Endpoint=([^;]+)/g)) {
    const proxy = await startHaltingProxy(endpoint, gatekeeper);
    all.push(proxy);
    behind = behind.replace(new URL(endpoint).origin, proxy.url);
  }
  return { all, settings: { AzureWebJobsStorage: behind, GRAPH_URL: graphProxy.url } };
}

/** Lets each worker come to its moment, and no further. */
class Killings implements Gatekeeper {
  readonly #world: HostWorld;
  readonly #victims: readonly Victim[];
  readonly #teamOfMessage: ReadonlyMap<string, string>;
  #life = 0;
  #works = new Map<string, Work>();
  /** What was asked in one life may be answered in the next. */
  readonly #askedBy = new WeakMap<PassingRequest, Work>();

  constructor(world: HostWorld, victims: readonly Victim[], teamOfMessage: ReadonlyMap<string, string>) {
    this.#world = world;
    this.#victims = victims;
    this.#teamOfMessage = teamOfMessage;
    const teamOfEvent = new Map(
      victims.flatMap(({ team }) => world.sessionsOf(team).map((eventId) => [eventId, team] as const)),
    );
    world.graph.faults.add({
      decide: ({ method, target }) => {
        const [, eventId = ""] = /\/events\/([^/]+)\/extensions/.exec(decodeURIComponent(target)) ?? [];
        const work = this.#works.get(teamOfEvent.get(eventId) ?? "");
        const fails = method !== "GET" && this.#life === 0 && work?.point.marksFail === true;
        return fails && !areRecorded(work.answered) ? { kind: "status" } : undefined;
      },
    });
  }

  /** Another host begins. */
  begin(life: number): void {
    this.#life = life;
    this.#works = new Map(
      this.#victims.map(({ team, point }) => [team, { point, life, answered: [], isOver: false }]),
    );
  }

  /**
   * Resolves when whoever is to die in this life is as good as dead, and the messages of all others are gone.
   * @returns the teams for which this did not come about
   */
  async end(): Promise<string[]> {
    const queue = await this.#world.storage.queue(PASSES_QUEUE);
    const dying = this.#victims.filter(({ point }) => point.moments.length > this.#life);
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const late = dying.filter(({ team }) => this.#works.get(team)?.isOver !== true);
      const { approximateMessagesCount: left = 0 } = await queue.getProperties();
      const isOver = late.length === 0 && left <= dying.length;
      if (isOver || performance.now() > end) return late.map(({ team }) => team);
      await setTimeout(20);
    }
  }

  goes(request: PassingRequest): boolean {
    const work = this.#workOf(request);
    if (!work || isRenewal(request)) return true;
    this.#askedBy.set(request, work);
    const moment = this.#momentOf(work);
    work.isOver ||= moment !== undefined && "before" in moment && moment.before(request, work.answered);
    return !work.isOver;
  }

  comes(request: PassingRequest, status: number): boolean {
    const work = this.#askedBy.get(request);
    if (!work) return true;
    const moment = this.#momentOf(work);
    const isDone = status < 300 && moment !== undefined && "after" in moment;
    work.isOver ||= isDone && moment.after(request, work.answered);
    if (!work.isOver) work.answered.push(request);
    return !work.isOver;
  }

  #momentOf({ point, life }: Work): Moment | undefined {
    return point.moments[life];
  }

  #workOf({ path, headers, body }: PassingRequest): Work | undefined {
    const token = /^Bearer (.*)/.exec(headers.authorization ?? "")?.[1];
    const [, messageId = ""] = /\/messages\/([\da-f-]{36})/.exec(path) ?? [];
    const said = token === undefined ? `${path} ${body}` : this.#world.login.readToken(token)?.account;
    const named = /team-\d+/.exec(said ?? "")?.[0];
    return this.#works.get(this.#teamOfMessage.get(messageId) ?? named ?? "");
  }
}

/** The host says that it lives, and it does until it is killed. */
function isRenewal({ method, path, headers }: PassingRequest): boolean {
  return (
    headers["x-ms-lease-action"] === "renew" || (method === "PUT" && path.includes("visibilitytimeout="))
  );
}

async function endLeases(storage: StorageAccount): Promise<void> {
  const locks = await storage.container("locks");
  for await (const { name, properties } of locks.listBlobsFlat()) {
    if (properties.leaseState === "leased")
      await locks.getBlobClient(name).getBlobLeaseClient().breakLease(0);
  }
}
