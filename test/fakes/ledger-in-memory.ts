import type * as z from "zod";
import { entryParser, unreadable } from "../../shared/ledger/entry-text.ts";
import { conflictIn } from "../../shared/ledger/ledger-conflict.ts";
import { type Ledger, type Reading, refuseTwice } from "../../shared/ledger/ledger.ts";
import { encodeKey } from "../../shared/storage/row-key.ts";

export interface LedgerInMemory<Fact> extends Ledger<Fact> {
  /** Makes what is kept of a subject unreadable. */
  spoil(scope: string, subject: string): void;
}

interface Row {
  text: string;
  version: string;
}

const MOST_ROWS = 100;

/** A ledger without a storage account. Facts go through JSON, as they do there. */
export function ledgerInMemory<Fact>(schema: z.ZodType<Fact>): LedgerInMemory<Fact> {
  const scopes = new Map<string, Map<string, Row>>();
  const parse = entryParser(schema);
  let writes = 0;

  function rowsOf(scope: string): Map<string, Row> {
    const rows = scopes.get(scope) ?? new Map<string, Row>();
    scopes.set(scope, rows);
    return rows;
  }

  function put(scope: string, subject: string, text: string): string {
    writes += 1;
    const version = `version ${writes}`;
    rowsOf(scope).set(subject, { text, version });
    return version;
  }

  return {
    async read(scope, { from = "", to } = {}) {
      const isWithin = ([subject]: [string, Row]): boolean => {
        const key = encodeKey(subject);
        return key >= from && (to === undefined || key < to);
      };
      return new Map(
        [...rowsOf(scope)].filter(isWithin).map(([subject, { text, version }]): [string, Reading<Fact>] => {
          const parsed = parse(text);
          return "why" in parsed
            ? [subject, { unreadable: unreadable(scope, subject, parsed.why), version }]
            : [subject, { entry: parsed.entry, version }];
        }),
      );
    },
    async write(scope, changes) {
      refuseTwice(scope, changes);
      const versions: string[] = [];
      for (let start = 0; start < changes.length; start += MOST_ROWS) {
        const transaction = changes.slice(start, start + MOST_ROWS);
        const others = transaction.filter(
          ({ subject, version }) => rowsOf(scope).get(subject)?.version !== version,
        );
        if (others.length > 0) {
          throw conflictIn(
            scope,
            others.map(({ subject }) => subject),
          );
        }
        versions.push(...transaction.map(({ subject, entry }) => put(scope, subject, JSON.stringify(entry))));
      }
      return versions;
    },
    spoil: (scope, subject) => void put(scope, subject, "{"),
  };
}
