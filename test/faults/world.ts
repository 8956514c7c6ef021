import { writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { clearTimeout, setTimeout as startTimer } from "node:timers";
import { setImmediate, setTimeout } from "node:timers/promises";
import { Calendar } from "./calendar.ts";
import { FaultPlan } from "./fault-plan.ts";
import type { History, HistoryItem, PassOutcome } from "./history.ts";
import type { Host, StartHost } from "./host.ts";
import { Post, readMime } from "./post.ts";
import type { Change, PlannedFault, Schedule, Sender } from "./schedule.ts";
import { CLIENT, COACH, SENDER, type Services } from "./services.ts";
import { type SteppingClock, steppingClock } from "./stepping-clock.ts";
import { type AccountData, emptyAccount } from "./storage/account.ts";

/** Where a schedule is played. */
export interface Stage {
  services: Services;
  startHost: StartHost;
  /** An empty one, in which files are quickly written. */
  folder: string;
  /** Later than anything that was played with these services before. */
  begin: Date;
}

/** One team's account, calendar and storage, in which one schedule is played. */
export class World {
  readonly clock: SteppingClock;
  readonly #stage: Stage;
  readonly #sender: Sender;
  readonly #calendar: Calendar;
  readonly #post: Post;
  readonly #history: (HistoryItem | { kind: "raw mail"; source: string })[] = [];
  readonly #account: AccountData = emptyAccount();
  /** The host and its rival. */
  readonly #hosts: (Host | undefined)[] = [];
  /** Whether all that is known is written down in both places, so that one may be lost. */
  #isSettled = false;

  /** Empties what the schedule before has left, and makes the first events. */
  constructor(stage: Stage, { sender, sentItemsDelayMinutes, events }: Schedule) {
    const { services, begin } = stage;
    this.#stage = stage;
    this.#sender = sender;
    this.clock = steppingClock(begin);
    services.clock.now = () => this.clock.now();
    services.graph.settings.sentItemsDelayMs = sentItemsDelayMinutes * 60_000;
    this.#calendar = new Calendar(services.graph.mailbox(COACH), begin);
    this.#post = new Post(services);
    for (const { slot, people } of events) this.change({ kind: "add", slot, people });
  }

  change(change: Change): void {
    this.#history.push(...this.#post.collect());
    if (change.kind !== "lose mark" && change.kind !== "lose ledger") {
      this.#history.push(...this.#calendar.change(change));
      return;
    }
    if (!this.#isSettled) return;
    this.#isSettled = false;
    if (change.kind === "lose mark") this.#calendar.loseMark(change.event);
    else loseRows(this.#account);
  }

  /** Lets one host run a pass, with these faults in it. */
  async pass(faults: readonly PlannedFault[]): Promise<void> {
    const { services } = this.#stage;
    const host = await this.#host(0);
    const outcomes: Promise<PassOutcome>[] = [];
    let end: NodeJS.Timeout | undefined;
    const startRival = (): Promise<PassOutcome> => {
      const run = this.#host(1).then((rival) => rival.run());
      outcomes.push(run);
      return run;
    };
    const plan = new FaultPlan(faults, {
      tell: (service, request, what) => {
        this.#history.push(...this.#post.collect(), { kind: "trouble", service, request, what });
      },
      cutOff: () => host.cutOff(),
      cutOffSoon: (milliseconds) => {
        end = startTimer(() => host.cutOff(), milliseconds);
      },
      change: (change) => this.change(change),
      breakLeases: () => breakLeases(this.#account),
      passTime: (milliseconds) => void this.clock.advance(milliseconds),
      startRival: () => void startRival(),
      freeze: () => host.freeze(startRival()),
    });
    services.trouble = (service, request) => plan.next(service, request);
    this.#isSettled = false;
    const [marks, copies] = [this.#calendar.marks(), this.#post.copies()];
    this.#history.push({ kind: "pass begins", at: this.clock.now(), marks, copies });
    outcomes.push(host.run());
    let settled = await this.#settle(outcomes);
    clearTimeout(end);
    if (host.isCutOff()) {
      // What was on its way arrives all the same, and may have started a rival.
      await pause();
      if (outcomes.length > settled.length) settled = await this.#settle(outcomes);
      this.#hosts[0] = undefined;
    }
    services.trouble = () => undefined;
    this.#history.push(...this.#post.collect(), {
      kind: "pass ends",
      at: this.clock.now(),
      outcomes: settled,
    });
    this.#isSettled = this.#areAllTold(settled);
  }

  /** Ends all connections, and reads what happened. */
  async end(): Promise<History> {
    for (const host of this.#hosts) host?.close();
    this.#stage.services.storage.accounts.clear();
    const history: History = [];
    for (const item of this.#history) {
      history.push(item.kind === "raw mail" ? await readMime(item.source) : item);
    }
    return history;
  }

  async #host(place: number): Promise<Host> {
    const running = this.#hosts[place];
    if (running) return running;
    const { services, folder, startHost } = this.#stage;
    const secretsFile = path.join(folder, "secrets.json");
    if (this.#hosts.length === 0) await this.#writeSecrets(secretsFile);
    services.hostsStarted += 1;
    const account = `host${services.hostsStarted}`;
    services.storage.accounts.set(account, this.#account);
    const places = {
      ports: services.ports,
      account,
      folder: path.join(folder, `host${place}`),
      secretsFile,
      sender: this.#sender,
    };
    const host = await startHost(places, this.clock);
    this.#hosts[place] = host;
    return host;
  }

  async #writeSecrets(file: string): Promise<void> {
    const scopes = this.#sender === "verified" ? `${SCOPES} Mail.ReadBasic` : SCOPES;
    const secrets = {
      "microsoft-client-secret": CLIENT.secret,
      "microsoft-refresh-token-default": await this.#stage.services.login.grant(CLIENT.id, COACH, scopes),
      "mail-password-robots": SENDER.password,
    };
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  }

  /** Waits for the runs. When nothing happens any more, they wait for time to pass: it does. */
  async #settle(outcomes: Promise<PassOutcome>[]): Promise<PassOutcome[]> {
    let idle = 0;
    for (let waits = 0; waits < MOST_WAITS; waits += 1) {
      const expected = outcomes.length;
      const before = this.#activity();
      const settled = await Promise.race([Promise.all(outcomes), pause()]);
      if (settled && outcomes.length === expected) return settled;
      idle = this.#activity() === before && !this.#isBusy() ? idle + 1 : 0;
      if (!settled && idle >= IDLE_TIMES) this.clock.wakeNext();
    }
    throw new Error("A run does not end, whatever time passes.");
  }

  /** Goes up whenever a host talks with a service. */
  #activity(): number {
    return this.#hosts.reduce((sum, host) => sum + (host?.activity() ?? 0), 0);
  }

  /** Something is under way that goes on by itself, though nothing is to be seen of it yet. */
  #isBusy(): boolean {
    if (this.#hosts.some((host) => host?.isMailing())) return true;
    return process.getActiveResourcesInfo().some((resource) => !AT_REST.has(resource));
  }

  #areAllTold(outcomes: readonly PassOutcome[]): boolean {
    const [outcome, ...others] = outcomes;
    if (outcome?.kind !== "reported" || outcome.status !== "ok" || others.length > 0) return false;
    return this.#calendar.events.every((id) => outcome.rows.some(({ event }) => event === id));
  }
}

const SCOPES = "offline_access User.Read Calendars.ReadWrite Contacts.Read Mail.Send";
/** What is there while nothing goes on: whatever else is (files, connections to be) will go on by itself. */
const AT_REST = new Set([
  "Timeout",
  "Immediate",
  "TCPServerWrap",
  "TCPSocketWrap",
  "TLSWrap",
  "WriteWrap",
  "PipeWrap",
  "TTYWrap",
  "ProcessWrap",
]);

const MOST_WAITS = 10_000;
/** What this machine does beside may take all its time for a moment. */
const IDLE_TIMES = 3;
const IDLE_MS = 8;
const IDLE_TURNS = 5;

/** Long enough for whatever is under way on this machine to go on. */
async function pause(): Promise<void> {
  await setTimeout(IDLE_MS);
  for (let turn = 0; turn < IDLE_TURNS; turn += 1) await setImmediate();
}

function breakLeases({ containers }: AccountData): void {
  for (const blobs of containers.values()) {
    for (const { lease } of blobs.values()) if (lease) lease.isBroken = true;
  }
}

/** As after an account was restored that had none of them; what an account consented to is another matter. */
function loseRows({ tables, containers }: AccountData): void {
  for (const [name, rows] of tables) if (name !== "connections") rows.clear();
  for (const [name, blobs] of containers) if (name !== "locks") blobs.clear();
}
