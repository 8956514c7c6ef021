import type { TableClient } from "@azure/data-tables";

/**
 * The rows of one partition, by row key.
 * @param partitionKey  as it was stored, that is, encoded
 * @param columns  only these are fetched
 */
export function rowsOf<Row extends object>(
  table: TableClient,
  partitionKey: string,
  columns: (keyof Row & string)[],
): AsyncIterable<Row> {
  const filter = `PartitionKey eq '${partitionKey.replaceAll("'", "''")}'`;
  return table.listEntities<Row>({ queryOptions: { filter, select: columns } });
}
