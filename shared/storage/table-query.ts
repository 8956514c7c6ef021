import type { TableClient } from "@azure/data-tables";
import { quoted } from "../odata-literal.ts";

/** A stretch of the rows of one partition, in the order of their row keys. */
export interface KeyRange {
  /** The first of them, as it was stored, that is, encoded; from the beginning when absent. */
  from?: string | undefined;
  /** The first one after them; to the end when absent. */
  to?: string | undefined;
}

/**
 * The rows of one partition, by row key.
 * @param partitionKey  as it was stored, that is, encoded
 * @param columns  only these are fetched
 */
export function rowsOf<Row extends object>(
  table: TableClient,
  partitionKey: string,
  columns: (keyof Row & string)[],
  { from, to }: KeyRange = {},
): AsyncIterable<Row> {
  const filter = [
    `PartitionKey eq ${quoted(partitionKey)}`,
    ...(from === undefined ? [] : [`RowKey ge ${quoted(from)}`]),
    ...(to === undefined ? [] : [`RowKey lt ${quoted(to)}`]),
  ].join(" and ");
  return table.listEntities<Row>({ queryOptions: { filter, select: columns } });
}
