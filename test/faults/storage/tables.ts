import type { EmulatorAnswer } from "../../../infra/local/emulators/emulator.ts";
import {
  type AccountData,
  nextVersion,
  type Row,
  type StorageRequest,
  StorageRefusal,
  Table,
} from "./account.ts";
import { answerTransaction } from "./table-transaction.ts";
import { readFilter } from "./table-filter.ts";

/** `name(PartitionKey='…',RowKey='…')`, `name()` or `name`. */
const RESOURCE = /^(\w+)(?:\((?:PartitionKey='((?:[^']|'')*)',RowKey='((?:[^']|'')*)')?\))?$/s;

/**
 * The Table service, as far as this project asks it: rows by their keys and by filter, conditions, transactions.
 * @throws {StorageRefusal}
 * @see https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api
 */
export function answerTableService(account: AccountData, request: StorageRequest): EmulatorAnswer {
  const { method, path, text } = request;
  if (path === "$batch") {
    return answerTransaction(account.tables, request, (part) => answerTableService(account, part));
  }
  if (path === "Tables") return createTable(account, text);
  const [matched, name = "", partition, row] = RESOURCE.exec(path) ?? [];
  if (matched === undefined) throw new StorageRefusal(400, "InvalidUri", `There is no resource ${path}.`);
  const table = account.tables.get(name);
  if (!table) throw new StorageRefusal(404, "TableNotFound");
  if (partition === undefined || row === undefined) {
    return method === "POST" ? insert(name, table, request) : listAnswer(table, request);
  }
  return answerRow(table, keyOf(unquoted(partition), unquoted(row)), request);
}

function createTable({ tables }: AccountData, text: string): EmulatorAnswer {
  const { TableName: name } = JSON.parse(text) as { TableName: string };
  if (tables.has(name)) throw new StorageRefusal(409, "TableAlreadyExists");
  tables.set(name, new Table());
  return { status: 201, body: { TableName: name } };
}

function insert(name: string, table: Table, { text, now }: StorageRequest): EmulatorAnswer {
  const given = JSON.parse(text) as Record<string, unknown>;
  const [partition, row] = [String(given["PartitionKey"]), String(given["RowKey"])];
  if (table.has(keyOf(partition, row))) throw new StorageRefusal(409, "EntityAlreadyExists");
  const { status, headers } = writeAnswer(put(table, keyOf(partition, row), given, now));
  const [quotedPartition, quotedRow] = [partition, row].map((key) => key.replaceAll("'", "''"));
  const location = `http://localhost/${name}(PartitionKey='${quotedPartition}',RowKey='${quotedRow}')`;
  return { status, headers: { ...headers, Location: encodeURI(location) } };
}

function answerRow(
  table: Table,
  key: string,
  { method, headers, text, now }: StorageRequest,
): EmulatorAnswer {
  const row = table.get(key);
  const ifMatch = headers["if-match"];
  if (method === "GET")
    return { status: 200, headers: { etag: existing(row).etag }, body: shown(existing(row)) };
  if (ifMatch !== undefined && existing(row).etag !== ifMatch && ifMatch !== "*") {
    throw new StorageRefusal(412, "UpdateConditionNotSatisfied");
  }
  if (method === "DELETE") {
    existing(row);
    table.delete(key);
    return { status: 204 };
  }
  const given = JSON.parse(text) as Record<string, unknown>;
  if (method === "PUT") return writeAnswer(put(table, key, given, now));
  return writeAnswer(put(table, key, { ...row?.properties, ...given }, now));
}

function put(table: Table, key: string, properties: Record<string, unknown>, now: Date): Row {
  const etag = `W/"datetime'${now.toISOString().slice(0, -1)}${String(nextVersion()).padStart(7, "0")}Z'"`;
  const row = { etag, properties: { ...properties, Timestamp: now.toISOString() } };
  table.set(key, row);
  return row;
}

function writeAnswer({ etag }: Row): EmulatorAnswer {
  return { status: 204, headers: { ETag: etag } };
}

/** In the order of the keys, all on one page. */
function listAnswer(table: Table, { query }: StorageRequest): EmulatorAnswer {
  const test = readFilter(query.get("$filter") ?? "PartitionKey ge ''");
  const columns = query.get("$select")?.split(",");
  const rows = [...table]
    .filter(([, { properties }]) => test(properties))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, row]) => row);
  const found = rows.slice(0, Number(query.get("$top") ?? rows.length));
  return { status: 200, body: { value: found.map((row) => shown(row, columns)) } };
}

function shown({ etag, properties }: Row, columns?: string[]): Record<string, unknown> {
  const named = Object.entries(properties).filter(
    ([name]) => columns === undefined || columns.includes(name.replace(/@odata[.]type$/, "")),
  );
  return { "odata.etag": etag, ...Object.fromEntries(named) };
}

function existing(row: Row | undefined): Row {
  if (row) return row;
  throw new StorageRefusal(404, "ResourceNotFound");
}

function keyOf(partition: string, row: string): string {
  return `${partition}\n${row}`;
}

function unquoted(text: string): string {
  return text.replaceAll("''", "'");
}
