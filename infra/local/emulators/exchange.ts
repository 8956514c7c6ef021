import type { IncomingHttpHeaders } from "node:http";

/** One request and its answer, as whoever watches an emulator gets to see it. */
export interface Exchange {
  service: string;
  method: string;
  /** Raw, without the query. */
  path: string;
  query: URLSearchParams;
  requestHeaders: IncomingHttpHeaders;
  /** Parsed JSON, a form as an object, otherwise text; undefined when empty. */
  requestBody: unknown;
  status: number;
  responseHeaders: Record<string, string | string[]>;
  responseBody: unknown;
  /** The answer is a fault that was asked for: it says nothing about the service. */
  injected?: true;
}

export interface EmulatorRequest {
  method: string;
  url: URL;
  /** Raw, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  text: string;
  /** @throws {SyntaxError} the body is not JSON */
  json(): unknown;
  form(): URLSearchParams;
}

export interface EmulatorAnswer {
  status: number;
  headers?: Record<string, string | string[]>;
  /** An object is sent as JSON, a string as it is, undefined as nothing. */
  body?: unknown;
}

/** What is kept of each request. */
export interface ExchangeRecord {
  method: string;
  path: string;
  /** 0 as long as it is not answered. */
  status: number;
  startedAt: Date;
}
