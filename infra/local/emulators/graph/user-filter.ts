import { GraphError } from "./graph-error.ts";
import type { UserState } from "./user-state.ts";
import { proxyAddresses } from "./users.ts";

export type UserPredicate = (user: UserState) => boolean;

/** What stands in a filter: words and operators, 'text', brackets, and the colon of a lambda. */
const TOKEN = /\s*(?:'((?:[^']|'')*)'|([(),:])|([^\s'(),:]+))/y;

type Token = { text: string } | { word: string };

/** By property; texts are compared without regard to case. */
const TEXTS = new Map<string, (user: UserState) => string | null>([
  ["id", ({ id }) => id],
  ["userprincipalname", ({ userPrincipalName }) => userPrincipalName],
  ["mail", ({ mail }) => mail],
  ["displayname", ({ displayName }) => displayName],
  ["givenname", ({ givenName }) => givenName],
  ["surname", ({ surname }) => surname],
  ["department", ({ department }) => department ?? null],
  ["usertype", ({ userType }) => userType ?? "Member"],
]);

const LISTS = new Map<string, (user: UserState) => string[]>([
  ["othermails", ({ otherMails = [] }) => otherMails.map(withLowerCaseAddress)],
  // Whether the kind before the colon is compared with regard to case was found nowhere. Here it is: a client that asks
  // for both is right either way.
  ["proxyaddresses", (user) => proxyAddresses(user).map(withLowerCaseAddress)],
]);

/**
 * A filter of the directory: `or`, `and`, brackets, `eq`, `in`, `startsWith` and `any`; `endsWith`, `ne` and `not` in
 * advanced queries.
 * @throws {GraphError} 400: it cannot be read, or names what cannot be filtered by, or is for an advanced query only
 * @see https://learn.microsoft.com/graph/aad-advanced-queries#user-properties
 * @see https://learn.microsoft.com/graph/filter-query-parameter
 */
export function readUserFilter(filter: string, isAdvanced: boolean): UserPredicate {
  if (filter.trim() === "") return () => true;
  const parser = new FilterParser(tokensOf(filter), isAdvanced);
  return parser.whole();
}

class FilterParser {
  readonly #tokens: Token[];
  readonly #isAdvanced: boolean;

  constructor(tokens: Token[], isAdvanced: boolean) {
    this.#tokens = tokens;
    this.#isAdvanced = isAdvanced;
  }

  whole(): UserPredicate {
    const predicate = this.#either();
    if (this.#tokens.length > 0) throw invalid();
    return predicate;
  }

  #either(): UserPredicate {
    const terms = this.#listOf("or", () => this.#both());
    return (user) => terms.some((term) => term(user));
  }

  #both(): UserPredicate {
    const terms = this.#listOf("and", () => this.#term());
    return (user) => terms.every((term) => term(user));
  }

  #listOf<T>(separator: string, read: () => T): T[] {
    const items = [read()];
    while (this.#takeIf(separator)) items.push(read());
    return items;
  }

  #term(): UserPredicate {
    if (this.#takeIf("(")) {
      const inner = this.#either();
      this.#expect(")");
      return inner;
    }
    if (this.#takeIf("not")) {
      this.#requireAdvanced();
      const inner = this.#term();
      return (user) => !inner(user);
    }
    const word = this.#word();
    if (/^(starts|ends)with$/i.test(word)) return this.#affix(word.toLowerCase());
    const list = /^(\w+)\/any$/i.exec(word)?.[1];
    return list === undefined ? this.#comparison(word) : this.#any(list);
  }

  #comparison(property: string): UserPredicate {
    const operator = this.#word().toLowerCase();
    if (property.toLowerCase() === "accountenabled" && operator === "eq") {
      const wanted = this.#word().toLowerCase() === "true";
      return ({ accountEnabled = true }) => accountEnabled === wanted;
    }
    const values = TEXTS.get(property.toLowerCase());
    if (!values) throw unsupported(property);
    if (operator === "ne") this.#requireAdvanced();
    else if (operator !== "eq" && operator !== "in") throw invalid();
    const wanted = operator === "in" ? this.#bracketed() : [this.#text()];
    const known = new Set(wanted.map((text) => text.toLowerCase()));
    return (user) => known.has(values(user)?.toLowerCase() ?? "") === (operator !== "ne");
  }

  #affix(name: string): UserPredicate {
    this.#expect("(");
    const property = this.#word();
    this.#expect(",");
    const affix = this.#text().toLowerCase();
    this.#expect(")");
    const values = TEXTS.get(property.toLowerCase());
    if (!values) throw unsupported(property);
    if (name === "endswith") this.#requireAdvanced();
    return (user) => {
      const value = values(user)?.toLowerCase() ?? "";
      return name === "endswith" ? value.endsWith(affix) : value.startsWith(affix);
    };
  }

  /** Such as `any(p:p eq 'one' or p eq 'other')`. */
  #any(property: string): UserPredicate {
    const values = LISTS.get(property.toLowerCase());
    if (!values) throw unsupported(property);
    this.#expect("(");
    const variable = this.#word();
    this.#expect(":");
    const wanted = this.#listOf("or", () => {
      this.#expect(variable);
      this.#expect("eq");
      return withLowerCaseAddress(this.#text());
    });
    this.#expect(")");
    return (user) => values(user).some((value) => wanted.includes(value));
  }

  #bracketed(): string[] {
    this.#expect("(");
    const texts = this.#listOf(",", () => this.#text());
    this.#expect(")");
    return texts;
  }

  /** Refused in the vendor's words: https://learn.microsoft.com/graph/aad-advanced-queries#error-handling-for-advanced-queries-on-directory-objects */
  #requireAdvanced(): void {
    if (this.#isAdvanced) return;
    throw new GraphError(
      400,
      "Request_UnsupportedQuery",
      "Operator is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information",
    );
  }

  #takeIf(word: string): boolean {
    const [next] = this.#tokens;
    if (!next || !("word" in next) || next.word.toLowerCase() !== word.toLowerCase()) return false;
    this.#tokens.shift();
    return true;
  }

  #expect(word: string): void {
    if (!this.#takeIf(word)) throw invalid();
  }

  #word(): string {
    const next = this.#tokens.shift();
    if (!next || !("word" in next)) throw invalid();
    return next.word;
  }

  #text(): string {
    const next = this.#tokens.shift();
    if (!next || !("text" in next)) throw invalid();
    return next.text;
  }
}

function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  const end = filter.trimEnd().length;
  let position = 0;
  while (position < end) {
    TOKEN.lastIndex = position;
    const found = TOKEN.exec(filter);
    if (!found) throw invalid();
    const [, text, bracket, word] = found;
    tokens.push(text === undefined ? { word: bracket ?? word ?? "" } : { text: text.replaceAll("''", "'") });
    position = TOKEN.lastIndex;
  }
  return tokens;
}

/** smtp:Ada@Example.org becomes smtp:ada@example.org; without a kind, all of it is the address. */
function withLowerCaseAddress(value: string): string {
  const colon = value.indexOf(":") + 1;
  return value.slice(0, colon) + value.slice(colon).toLowerCase();
}

function invalid(): GraphError {
  return new GraphError(400, "Request_BadRequest", "Invalid filter clause");
}

function unsupported(property: string): GraphError {
  return new GraphError(
    400,
    "Request_UnsupportedQuery",
    `Unsupported or invalid query filter clause specified for property '${property}' of resource 'User'.`,
  );
}
