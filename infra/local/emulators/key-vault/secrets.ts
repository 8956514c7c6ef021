import { randomBytes } from "node:crypto";
import { checkInput, checkName } from "./secret-input.ts";
import type { SecretInput } from "./secret-input.ts";
import { badParameter, deletedNotFound, disabled, nameTaken, notFound } from "./vault-error.ts";

interface Version {
  id: string;
  value: string;
  contentType?: string;
  tags?: Record<string, string>;
  attributes: { enabled: boolean; exp?: number; nbf?: number; created: number; updated: number };
}

interface Secret {
  name: string;
  /** Oldest first; the last is the current one. */
  versions: Version[];
  /** Seconds since 1970. */
  deletedAt?: number;
}

/** By lower-case name: the vault ignores case. */
export type Secrets = Record<string, Secret>;

const RECOVERABLE_DAYS = 90;
const DAY_SECONDS = 86_400;

/** One vault's secrets and what can be done to them. */
export class Vault {
  readonly #secrets: Secrets;
  readonly #now: () => Date;
  readonly #url: () => string;

  constructor(secrets: Secrets, now: () => Date, url: () => string) {
    this.#secrets = secrets;
    this.#now = now;
    this.#url = url;
  }

  set(name: string, input: SecretInput): object {
    checkName(name);
    checkInput(input);
    if (input.value === undefined) throw badParameter("The parameter value is missing.");
    const secret = this.#stored(name) ?? { name, versions: [] };
    this.#secrets[name.toLowerCase()] = secret;
    if (this.#isDeleted(secret)) throw nameTaken(name);
    const created = this.#seconds();
    const version: Version = {
      id: randomBytes(16).toString("hex"),
      value: input.value,
      attributes: { enabled: true, ...input.attributes, created, updated: created },
      ...(input.contentType === undefined ? {} : { contentType: input.contentType }),
      ...(input.tags === undefined ? {} : { tags: input.tags }),
    };
    secret.versions.push(version);
    return this.#bundle(secret, version);
  }

  /** @param version  the current one unless given */
  get(name: string, version?: string): object {
    const { secret, found } = this.#find(name, version);
    if (!found.attributes.enabled) throw disabled("get");
    return this.#bundle(secret, found);
  }

  /** Everything but the value can change; what is not stated stays. */
  update(name: string, version: string | undefined, input: SecretInput): object {
    checkInput(input);
    const { secret, found } = this.#find(name, version);
    if (input.contentType !== undefined) found.contentType = input.contentType;
    if (input.tags !== undefined) found.tags = input.tags;
    Object.assign(found.attributes, input.attributes, { updated: this.#seconds() });
    return this.#item(secret, found, true);
  }

  list(): object[] {
    return this.#present(false).map((secret) => this.#item(secret, current(secret), false));
  }

  listVersions(name: string): object[] {
    const { secret } = this.#find(name);
    return secret.versions.map((version) => this.#item(secret, version, true));
  }

  delete(name: string): object {
    const { secret } = this.#find(name);
    secret.deletedAt = this.#seconds();
    return this.#deletedBundle(secret);
  }

  getDeleted(name: string): object {
    return this.#deletedBundle(this.#findDeleted(name));
  }

  listDeleted(): object[] {
    return this.#present(true).map((secret) =>
      Object.assign(this.#item(secret, current(secret), false), this.#deletion(secret)),
    );
  }

  recover(name: string): object {
    const secret = this.#findDeleted(name);
    delete secret.deletedAt;
    return this.#item(secret, current(secret), true);
  }

  purge(name: string): void {
    this.#findDeleted(name);
    delete this.#secrets[name.toLowerCase()];
  }

  #find(name: string, version?: string): { secret: Secret; found: Version } {
    checkName(name);
    const secret = this.#stored(name);
    if (!secret || this.#isDeleted(secret)) throw notFound(name);
    const found = version === undefined ? current(secret) : secret.versions.find(({ id }) => id === version);
    if (!found) throw notFound(`${name}/${version}`);
    return { secret, found };
  }

  #stored(name: string): Secret | undefined {
    const key = name.toLowerCase();
    return Object.hasOwn(this.#secrets, key) ? this.#secrets[key] : undefined;
  }

  #findDeleted(name: string): Secret {
    checkName(name);
    const secret = this.#stored(name);
    if (!secret || !this.#isDeleted(secret)) throw deletedNotFound(name);
    return secret;
  }

  /** Deleted secrets are purged when their time is over. */
  #isDeleted(secret: Secret): boolean {
    if (secret.deletedAt === undefined) return false;
    if (this.#seconds() < secret.deletedAt + RECOVERABLE_DAYS * DAY_SECONDS) return true;
    secret.versions = [];
    delete secret.deletedAt;
    return false;
  }

  #present(deleted: boolean): Secret[] {
    return Object.values(this.#secrets).filter(
      (secret) => this.#isDeleted(secret) === deleted && secret.versions.length > 0,
    );
  }

  #item(secret: Secret, version: Version, withVersion: boolean): object {
    const { id, attributes, contentType, tags } = version;
    const path = `${this.#url()}/secrets/${secret.name}`;
    return {
      id: withVersion ? `${path}/${id}` : path,
      attributes: {
        ...attributes,
        recoveryLevel: "Recoverable+Purgeable",
        recoverableDays: RECOVERABLE_DAYS,
      },
      ...(contentType === undefined ? {} : { contentType }),
      ...(tags === undefined ? {} : { tags }),
    };
  }

  #bundle(secret: Secret, version: Version): object {
    return { value: version.value, ...this.#item(secret, version, true) };
  }

  #deletedBundle(secret: Secret): object {
    return { ...this.#item(secret, current(secret), true), ...this.#deletion(secret) };
  }

  #deletion({ name, deletedAt = 0 }: Secret): object {
    return {
      recoveryId: `${this.#url()}/deletedsecrets/${name}`,
      deletedDate: deletedAt,
      scheduledPurgeDate: deletedAt + RECOVERABLE_DAYS * DAY_SECONDS,
    };
  }

  #seconds(): number {
    return Math.floor(this.#now().getTime() / 1000);
  }
}

function current(secret: Secret): Version {
  const last = secret.versions.at(-1);
  if (!last) throw notFound(secret.name);
  return last;
}
