/** One row by its column headings, which name the units; every row of a table has the same. */
export type Row = Record<string, string | number>;

export interface Table {
  heading: string;
  rows: Row[];
}

/** The table as text: a row a line, numbers to the right. */
export function textOf({ heading, rows }: Table): string {
  const columns = Object.keys(rows[0] ?? {}).map((name) => ({
    name,
    width: Math.max(name.length, ...rows.map((row) => String(row[name]).length)),
  }));
  const line = (cell: (name: string) => string | number): string =>
    columns
      .map(({ name, width }) => {
        const value = cell(name);
        return typeof rows[0]?.[name] === "number"
          ? String(value).padStart(width)
          : String(value).padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const rule = columns.map(({ width }) => "-".repeat(width)).join("  ");
  return [
    heading,
    "",
    line((name) => name),
    rule,
    ...rows.map((row) => line((name) => row[name] ?? "")),
  ].join("\n");
}
