import { StorageRefusal } from "./account.ts";

type Test = (row: Record<string, unknown>) => boolean;
type Value = string | number | boolean;

const TOKEN = /\s*(?:(\(|\))|(datetime|guid)?'((?:[^']|'')*)'|(-?\d+(?:[.]\d+)?)L?|([A-Za-z_]\w*))/gy;

const COMPARISONS: Record<string, (one: Value, other: Value) => boolean> = {
  eq: (one, other) => one === other,
  ne: (one, other) => one !== other,
  gt: (one, other) => one > other,
  ge: (one, other) => one >= other,
  lt: (one, other) => one < other,
  le: (one, other) => one <= other,
};

/**
 * A row's test, from `$filter`: comparisons with constants, joined by `and`, `or`, `not` and brackets.
 * @throws {StorageRefusal} 400: it is not understood
 * @see https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities#supported-comparison-operators
 */
export function readFilter(text: string): Test {
  const tokens = tokensOf(text);
  const next = (): Token => tokens.shift() ?? refuse(text);
  const takes = (word: string): boolean => {
    const isNext = tokens[0]?.word === word;
    if (isNext) tokens.shift();
    return isNext;
  };

  function anyOf(): Test {
    const tests = [allOf()];
    while (takes("or")) tests.push(allOf());
    return (row) => tests.some((test) => test(row));
  }
  function allOf(): Test {
    const tests = [one()];
    while (takes("and")) tests.push(one());
    return (row) => tests.every((test) => test(row));
  }
  function one(): Test {
    if (takes("not")) {
      const test = one();
      return (row) => !test(row);
    }
    if (takes("(")) {
      const test = anyOf();
      return takes(")") ? test : refuse(text);
    }
    const { word: name = refuse(text) } = next();
    const compare = COMPARISONS[next().word ?? ""] ?? refuse(text);
    const { value = refuse(text) } = next();
    return (row) => {
      const own = row[name];
      return own !== undefined && compare(comparable(own, row[`${name}@odata.type`]), value);
    };
  }

  const test = anyOf();
  return tokens.length === 0 ? test : refuse(text);
}

interface Token {
  word?: string;
  value?: Value;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== "") {
    const [matched, bracket, type, string, number, word] = TOKEN.exec(text) ?? [];
    if (matched === undefined) return refuse(text);
    if (string !== undefined)
      tokens.push({ value: comparable(string.replaceAll("''", "'"), type && `Edm.${type}`) });
    else if (number !== undefined) tokens.push({ value: Number(number) });
    else if (word === "true" || word === "false") tokens.push({ value: word === "true" });
    else tokens.push({ word: bracket ?? word ?? "" });
  }
  return tokens;
}

/** Instants are compared as such, in whatever precision they are written. */
function comparable(value: unknown, type: unknown): Value {
  if (String(type).toLowerCase() === "edm.datetime") return Date.parse(String(value));
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

function refuse(text: string): never {
  throw new StorageRefusal(400, "InvalidInput", `The filter is not understood: ${text}`);
}
