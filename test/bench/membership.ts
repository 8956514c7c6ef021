import { execFile } from "node:child_process";
import { totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Azurite, startAzurite } from "../../infra/local/emulators/azurite.ts";
import { HEAP_LIMITS } from "./heap-limits.ts";
import { LATENCY_MS } from "./mailbox-world.ts";
import { type OrganizationSize, organizationWorld } from "./organization-world.ts";
import type { Sync } from "./sync-once.ts";
import type { Row, Table } from "./table.ts";

const SYNC_ONCE = fileURLToPath(new URL("sync-once.ts", import.meta.url));
/** A process after the first finds the TypeScript compiled: in the cloud there is none. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("../../.local/compile-cache", import.meta.url));

/** In the directory. */
const PEOPLE = 50_000;
/** As many as Webex lets into a space. @see https://help.webex.com/n35gqwcb */
const LARGEST_SPACE = 5000;
/** People, and members, that Webex puts on a page at the most. */
const LARGEST_PAGE = 1000;
/** Requests a second that Webex allows an account; after a pause, as many at once. */
const LIMITS = [10, 30, 100];
const LIMITED_SECONDS = 40;

interface Measured extends Sync {
  /** The dry run before it: all is read, and nothing is done. */
  read: Sync;
  throttled: number;
  mostInFlight: number;
  /** Added, and the time between the first and the last of them. */
  added: { count: number; milliseconds: number };
}

/** What a sync of a large space costs, each in a process of its own; the emulators are in this one. */
export async function benchMembership(): Promise<Table[]> {
  const azurite = await startAzurite();
  try {
    const full = { people: PEOPLE, wanted: LARGEST_SPACE, present: LARGEST_SPACE };
    // The first process compiles for the others.
    await measure(azurite, { people: 100, wanted: 10, present: 5 });
    const sizes = [full, { ...full, present: 1 }];
    const large: Row[] = [];
    const memory: Row[] = [];
    for (const size of sizes) {
      const measured = await measure(azurite, size, HEAP_LIMITS[2048]);
      const small = await measure(azurite, size, HEAP_LIMITS[512]);
      const here = await measure(azurite, size);
      large.push(rowOfLarge(size, measured));
      memory.push({
        people: size.people,
        "in the space before": size.present,
        after: size.wanted,
        "MB on 512": megabytes(small.peakBytes),
        "on the template's 2048": megabytes(measured.peakBytes),
        "its dry run": megabytes(measured.read.peakBytes),
        [`on this machine's ${megabytes(totalmem())}`]: megabytes(here.peakBytes),
      });
    }
    const limited: Row[] = [];
    for (const limit of LIMITS) limited.push(await rowOfLimited(azurite, limit));
    return [
      {
        heading: `A sync with a large directory; ${LATENCY_MS} ms before each answer of Webex; each in a process of its own`,
        rows: large,
      },
      {
        heading:
          "The most memory of such a process, by the limits V8 sets itself on an instance of so many MB",
        rows: memory,
      },
      {
        heading: `Additions where Webex limits the requests of an account; ${LATENCY_MS} ms before each answer`,
        rows: limited,
      },
    ];
  } finally {
    await azurite.close();
  }
}

function rowOfLarge({ people, wanted, present }: OrganizationSize, measured: Measured): Row {
  const { read, milliseconds, mostLinesInASecond, added } = measured;
  const pages = Math.ceil(people / LARGEST_PAGE);
  return {
    people,
    "in the space before": present,
    after: wanted,
    "requests to read": read.requests,
    "pages at the least": pages + Math.ceil(present / LARGEST_PAGE),
    "seconds to read": (read.milliseconds / 1000).toFixed(1),
    // Each page of the directory is known by the link of the one before.
    "at the least": ((pages * LATENCY_MS) / 1000).toFixed(1),
    "seconds in all": (milliseconds / 1000).toFixed(1),
    "additions a second": added.count > 1 ? Math.round((added.count * 1000) / added.milliseconds) : "-",
    "most progress lines in a second": mostLinesInASecond,
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / (1024 * 1024));
}

async function rowOfLimited(azurite: Azurite, requestsPerSecond: number): Promise<Row> {
  const wanted = requestsPerSecond * LIMITED_SECONDS + 1;
  const rateLimit = { requestsPerSecond };
  const { added, ...measured } = await measure(azurite, { people: wanted, wanted, present: 1, rateLimit });
  const allowed = requestsPerSecond * (1 + added.milliseconds / 1000);
  return {
    "requests a second allowed": requestsPerSecond,
    additions: added.count,
    seconds: (added.milliseconds / 1000).toFixed(1),
    "answers 429": measured.throttled,
    "most in flight": measured.mostInFlight,
    "achieved / allowed": (added.count / allowed).toFixed(2),
  };
}

/** One sync of a space of its own. @throws {Error} the space has not those in it in the end who belong there */
async function measure(
  azurite: Azurite,
  size: OrganizationSize,
  limits: readonly string[] = [],
): Promise<Measured> {
  const world = await organizationWorld(size);
  try {
    const env = { ...process.env, ...world.settings, NODE_COMPILE_CACHE };
    const sync = async (body: object): Promise<Sync> => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [...limits, SYNC_ONCE, JSON.stringify(body)],
        {
          env: { ...env, AzureWebJobsStorage: azurite.connectionString },
        },
      );
      return JSON.parse(stdout) as Sync;
    };
    const read = await sync({ dryRun: true });
    const done = await sync({});
    const { webex } = world;
    const { size: members } = webex.space(world.space);
    if (members !== size.wanted) throw new Error(`${members} are in the space, not ${size.wanted}.`);
    const times = webex.changes.map(({ at }) => at.getTime());
    const { throttled, maxInFlight } = webex.stats;
    return {
      ...done,
      read,
      throttled,
      mostInFlight: maxInFlight,
      added: { count: times.length, milliseconds: Math.max(...times) - Math.min(...times) },
    };
  } finally {
    await world.close();
  }
}
