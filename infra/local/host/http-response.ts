import type { RpcHttpCookie, RpcTypedData } from "./rpc.ts";

export interface HttpAnswer {
  status: number;
  /** A name may come more than once. */
  headers: [string, string][];
  body: Uint8Array;
}

/** The function answered with something the local host cannot send. */
export class UnsupportedAnswerError extends Error {
  override readonly name = "UnsupportedAnswerError";
}

const NOTHING = new Uint8Array();

/**
 * The answer that the host makes of a function's result. Nothing at all is a 204.
 * @throws {UnsupportedAnswerError} the result asks for content negotiation, or is no HTTP answer
 */
export function answerOf(result: RpcTypedData | null | undefined): HttpAnswer {
  if (result === null || result === undefined) return { status: 204, headers: [], body: NOTHING };
  const { http } = result;
  if (http === null || http === undefined) {
    throw new UnsupportedAnswerError("The function's result is not an HTTP answer.");
  }
  if (http.enableContentNegotiation === true) {
    throw new UnsupportedAnswerError("The local host has no content negotiation (enableContentNegotiation).");
  }
  const cookies = (http.cookies ?? []).map((cookie): [string, string] => ["set-cookie", setCookie(cookie)]);
  return {
    status: Number(http.statusCode ?? 200),
    headers: [...Object.entries(http.headers ?? {}), ...cookies],
    body: http.body?.bytes ?? NOTHING,
  };
}

/** A cookie as ASP.NET Core writes it: the value escaped, for the whole site unless a path is given. */
function setCookie(cookie: RpcHttpCookie): string {
  const { domain, expires, maxAge, sameSite } = cookie;
  const parts = [`${cookie.name ?? ""}=${escapedData(cookie.value ?? "")}`];
  const seconds = expires?.value?.seconds;
  if (seconds !== null && seconds !== undefined) {
    parts.push(`expires=${new Date(seconds * 1000).toUTCString()}`);
  }
  if (maxAge !== null && maxAge !== undefined) parts.push(`max-age=${Math.trunc(maxAge.value ?? 0)}`);
  if (hasText(domain?.value)) parts.push(`domain=${domain.value}`);
  const path = cookie.path === null || cookie.path === undefined ? "/" : cookie.path.value;
  if (hasText(path)) parts.push(`path=${path}`);
  if (cookie.secure?.value === true) parts.push("secure");
  // "none" is how the programming model says that nothing was said.
  if (sameSite === "lax" || sameSite === "strict") parts.push(`samesite=${sameSite}`);
  if (sameSite === "explicitNone") parts.push("samesite=none");
  if (cookie.httpOnly?.value === true) parts.push("httponly");
  return parts.join("; ");
}

function hasText(text: string | null | undefined): text is string {
  return text !== null && text !== undefined && text !== "";
}

/** .NET's Uri.EscapeDataString: stricter than encodeURIComponent by these five. */
function escapedData(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
