/**
 * A preload of the local stack (`node --import`): localhost and every name below it mean 127.0.0.1, whatever the
 * machine's resolver knows of them. The Key Vault library needs a host name with a prefix; the product never knows.
 * @see https://www.rfc-editor.org/rfc/rfc6761#section-6.3
 */
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { promisify } from "node:util";

interface Options {
  all?: boolean;
}
type Callback = (error: Error | null, address: unknown, family?: number) => void;

const LOOPBACK = { address: "127.0.0.1", family: 4 };

const { lookup } = dns;
const lookupPromise = dns.promises.lookup;

function isLocal(hostname: unknown): boolean {
  return typeof hostname === "string" && /(^|\.)localhost\.?$/i.test(hostname);
}

function wantsAll(options: unknown): boolean {
  return typeof options === "object" && options !== null && (options as Options).all === true;
}

function localLookup(hostname: string, ...rest: unknown[]): void {
  if (!isLocal(hostname)) {
    Reflect.apply(lookup, dns, [hostname, ...rest]);
    return;
  }
  const callback = rest.at(-1) as Callback;
  if (wantsAll(rest[0])) process.nextTick(callback, null, [LOOPBACK]);
  else process.nextTick(callback, null, LOOPBACK.address, LOOPBACK.family);
}

async function localLookupPromise(hostname: string, options?: unknown): Promise<unknown> {
  if (!isLocal(hostname)) return Reflect.apply(lookupPromise, dns.promises, [hostname, options]) as unknown;
  return wantsAll(options) ? [LOOPBACK] : LOOPBACK;
}

Object.assign(dns, { lookup: Object.assign(localLookup, { [promisify.custom]: localLookupPromise }) });
Object.assign(dns.promises, { lookup: localLookupPromise });
syncBuiltinESMExports();
