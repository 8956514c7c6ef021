import { inspect } from "node:util";
import type { Logger } from "./log.ts";

const REDACTED = "REDACTED";

/** With what a secret's name ends, wherever it stands: `refresh_token`, `microsoft-client-secret`, `AccountKey`. */
const SECRET_NAME =
  "(?:token|secret|password|passwd|passphrase|pwd|assertion|verifier|signature|sig|credentials?|authorization|cookie|" +
  "(?:account|access|api|functions?|host|master|private|session|shared|subscription)[-_ ]?key|" +
  "connection[-_ ]?string|client[-_ ]?state|client[-_ ]?info|identity[-_ ]?header)";
/** What names a secret in a URL or a form, but anything elsewhere. */
const QUERY_NAME = "(?:code|state|session_state|nonce|ticket|key)";
/** Looks like made by a machine to be secret, and not like a word, an error's code or a setting's name. */
const OPAQUE = "(?=[\\w.~+/=%-]*\\d)(?=[\\w.~+/=%-]*[a-z])[\\w.~+/=%-]{16,}";
/** Up to where a value in a query, a form or a connection string ends. */
const BARE = "[^\\s&;,\"'`<>\\\\)}\\]]+";
const QUOTE = "\\\\*[\"'`]?";
/** Between a name and its value, also as JSON writes it. */
const SPACE = "(?:\\s|\\\\{1,8}[nrt]){0,40}";

/** How values are quoted, and what is inside: in JSON, in JSON inside of JSON, in what Node prints of an object. */
const QUOTED = [
  ['"', '(?:[^"\\\\]|\\\\.)*'],
  ['\\\\+"', '(?:\\\\\\\\\\\\"|\\\\(?!")|[^"\\\\])*'],
  ["'", "(?:[^'\\\\]|\\\\.)*"],
  ["`", "(?:[^`\\\\]|\\\\.)*"],
] as const;

/** What goes, in this order: all that a pattern finds after its first group. */
const SECRETS: readonly RegExp[] = [
  /(-----BEGIN )[A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(<Buffer )[^>]*/g,
  // JWS and JWE, with or without a signature.
  /()(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g,
  /(:\/\/)[^\s/?#"'<>]*(?=@)/g,
  /((?:authorization|cookie|x-[\w-]{0,60}(?:key|token|signature[\w-]{0,9}|header))[ \t]*:[ \t]*)[^\s"'`].*/gi,
  ...QUOTED.map(
    ([opening, inside]) =>
      new RegExp(`(${SECRET_NAME}(?:${QUOTE}${SPACE}(?:[:=]|=>)|["'],)${SPACE}${opening})${inside}`, "gi"),
  ),
  new RegExp(`(${SECRET_NAME}s?${QUOTE}${SPACE}[:=]${SPACE}\\[)[^\\]]+`, "gi"),
  new RegExp(`(${SECRET_NAME}["']${SPACE}:${SPACE})[^\\s"'{[,}\\]]+`, "gi"),
  new RegExp(`(${SECRET_NAME}${SPACE}=${SPACE})${BARE}`, "gi"),
  new RegExp(`(${SECRET_NAME}${SPACE}:${SPACE})${OPAQUE}`, "gi"),
  new RegExp(`([?&;#]${QUERY_NAME}=)[^\\s&;#"'\`<>\\\\]+`, "gi"),
  new RegExp(`(\\b${QUERY_NAME}${QUOTE}${SPACE}(?:[:=]|=>)${SPACE}${QUOTE})${OPAQUE}`, "gi"),
  /(\/(?:connect|hooks|approvals)\/)[^\s?#"'<>]+/gi,
  /(\b(?:[Bb]earer|[Bb]asic|[Dd]igest|DPoP|SharedKey(?:Lite)?)\s+)(?![\w-]+=[^=\s])(?=\S*[\d=._]|\S*[a-z]\S*[A-Z])[\w.~+/=:-]{8,}/g,
];

/** A long run in upper case, lower case and digits is a token of some kind, whatever stands before it. */
const LONG_RUN = /[\w~.-]{40,}/g;
/** But not an id of Graph's or of Webex's, or one in hexadecimal digits: those help to find what a line is about. */
const PUBLIC_ID = /^(?:A[AQ](?:Mk|kA)|Y2lzY29zcGFyazov)/;

const ADDRESS = /[\w.+'-]{1,64}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63})*\.[a-z]{2,63}\b/gi;

/** So often is a text decoded that may hide a secret in another encoding. */
const LAYERS = 5;
/** More than this is not looked at, and not shown. */
const LONGEST_READ = 64_000;
const LONGEST_SHOWN = 16_000;

/**
 * Takes out of a text whatever must not be in a log: tokens, codes, keys, passwords, signatures and cookies, as they
 * occur in URLs, headers, forms, JSON, connection strings and what Node prints of objects, also when they are encoded;
 * and the addresses of people. Names stay, so that a reader sees what was there.
 * A secret that nothing gives away, such as a short password in the middle of a sentence, cannot be seen.
 */
export function redact(text: string): string {
  const clean = redactLayers(text.slice(0, LONGEST_READ), LAYERS);
  const isCut = text.length > LONGEST_READ || clean.length > LONGEST_SHOWN;
  return isCut ? `${clean.slice(0, LONGEST_SHOWN)}… (cut)` : clean;
}

/** What went wrong, for a log: an error with all that it was caused by, without what must not be in there. */
export function describeError(error: unknown): string {
  return redact(describe(error, new Set()).join("\ncaused by "));
}

/** The same logger, whose lines pass through `redact`. */
export function redactingLogger(logger: Logger): Logger {
  return {
    info: (message) => logger.info(redact(message)),
    warn: (message) => logger.warn(redact(message)),
    error: (message) => logger.error(redact(message)),
  };
}

function describe(error: unknown, seen: Set<unknown>): string[] {
  if (!(error instanceof Error)) {
    return [
      typeof error === "string"
        ? error
        : inspect(error, { depth: 4, maxArrayLength: 20, maxStringLength: 1000, breakLength: Infinity }),
    ];
  }
  // A circle of causes is printed once.
  if (seen.has(error)) return [];
  seen.add(error);
  const causes = [
    ...(error.cause === undefined ? [] : [error.cause]),
    ...(error instanceof AggregateError ? (error.errors as unknown[]) : []),
  ];
  return [
    error.stack ?? `${error.name}: ${error.message}`,
    ...causes.flatMap((cause) => describe(cause, seen)),
  ];
}

/** Names first, then what is encoded, then shapes: a shape would take half of an encoded name for a token. */
function redactLayers(text: string, layers: number): string {
  let clean = text;
  for (const secret of SECRETS) clean = clean.replaceAll(secret, `$1${REDACTED}`);
  if (layers > 0) clean = clean.replaceAll(/[^\s"<>]+/g, (run) => redactEncoded(run, layers));
  return clean
    .replaceAll(ADDRESS, "[address]")
    .replaceAll(LONG_RUN, (run) => (isToken(run) ? REDACTED : run));
}

/** A run of text that hides a secret when it is decoded gives way to its decoded, clean form. */
function redactEncoded(run: string, layers: number): string {
  const decoded = decode(run);
  if (decoded === run) return run;
  const clean = redactLayers(decoded, layers - 1);
  return clean === decoded ? run : clean;
}

function isToken(run: string): boolean {
  return /[A-Z]/.test(run) && /[g-z]/.test(run) && /\d/.test(run) && !PUBLIC_ID.test(run);
}

/** Undoes what URLs (%3D) and some writers of JSON (\u003d) do to a character. */
function decode(run: string): string {
  return run
    .replaceAll(/(?:%[\da-f]{2})+/gi, (encoded) => {
      try {
        return decodeURIComponent(encoded);
      } catch {
        // Not UTF-8: of no interest, for names and delimiters are ASCII.
        return encoded;
      }
    })
    .replaceAll(/\\u00([\da-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
}
