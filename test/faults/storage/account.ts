import type { IncomingHttpHeaders } from "node:http";

/** All that one storage account holds. */
export interface AccountData {
  containers: Map<string, Map<string, StoredBlob>>;
  tables: Map<string, Table>;
}

export interface StoredBlob {
  content: string;
  type: string;
  etag: string;
  lease?: HeldLease | undefined;
}

/** A lease that has been taken; it may be over by now. */
export interface HeldLease {
  id: string;
  seconds: number;
  endsAt: Date;
  isBroken: boolean;
}

/** Rows by their keys. What has changed since a transaction began can be taken back. */
export class Table extends Map<string, Row> {
  #before = new Map<string, Row | undefined>();

  begin(): void {
    this.#before = new Map();
  }

  takeBack(): void {
    for (const [key, row] of this.#before) {
      if (row) super.set(key, row);
      else super.delete(key);
    }
  }

  override set(key: string, row: Row): this {
    this.#remember(key);
    return super.set(key, row);
  }

  override delete(key: string): boolean {
    this.#remember(key);
    return super.delete(key);
  }

  #remember(key: string): void {
    if (!this.#before.has(key)) this.#before.set(key, this.get(key));
  }
}

export interface Row {
  etag: string;
  /** With PartitionKey, RowKey, Timestamp and the names of their types. */
  properties: Record<string, unknown>;
}

/** A request as one of the services sees it. */
export interface StorageRequest {
  method: string;
  /** Below the account, decoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  text: string;
  now: Date;
}

/** The service says no: becomes an answer in the form of the service that was asked. */
export class StorageRefusal extends Error {
  override readonly name = "StorageRefusal";
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function emptyAccount(): AccountData {
  return { containers: new Map(), tables: new Map() };
}

let changes = 0;

/** Another one for each change, in this process. */
export function nextVersion(): number {
  changes += 1;
  return changes;
}
