/**
 * A text as a filter of OData takes it, in quotes; one within it is doubled.
 * @see https://learn.microsoft.com/graph/query-parameters#escaping-single-quotes
 * @see https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities
 */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
