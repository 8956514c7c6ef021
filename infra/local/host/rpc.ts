/**
 * The words host and app speak: the part of Microsoft's FunctionRpc.proto that is used here, in the shape in which the
 * Node worker hands it to the programming model.
 * @see https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/types-core/index.d.ts
 */

/** What protobuf leaves out arrives as undefined or null. */
type Maybe<T> = T | null | undefined;

export interface RpcTypedData {
  string?: Maybe<string>;
  json?: Maybe<string>;
  bytes?: Maybe<Uint8Array>;
  int?: Maybe<number>;
  double?: Maybe<number>;
  http?: Maybe<RpcHttp>;
}

export interface RpcHttp {
  method?: Maybe<string>;
  url?: Maybe<string>;
  statusCode?: Maybe<string>;
  headers?: Maybe<Record<string, string>>;
  body?: Maybe<RpcTypedData>;
  cookies?: Maybe<RpcHttpCookie[]>;
  enableContentNegotiation?: Maybe<boolean>;
  nullableHeaders?: Record<string, { value: string }>;
  nullableParams?: Record<string, { value: string }>;
  nullableQuery?: Record<string, { value: string }>;
}

export interface RpcHttpCookie {
  name?: Maybe<string>;
  value?: Maybe<string>;
  domain?: Maybe<{ value?: Maybe<string> }>;
  path?: Maybe<{ value?: Maybe<string> }>;
  expires?: Maybe<{ value?: Maybe<{ seconds?: Maybe<number> }> }>;
  secure?: Maybe<{ value?: Maybe<boolean> }>;
  httpOnly?: Maybe<{ value?: Maybe<boolean> }>;
  sameSite?: Maybe<"none" | "lax" | "strict" | "explicitNone">;
  /** Seconds. */
  maxAge?: Maybe<{ value?: Maybe<number> }>;
}

export interface RpcInvocationRequest {
  invocationId: string;
  functionId: string;
  inputData: { name: string; data: RpcTypedData }[];
  triggerMetadata: Record<string, RpcTypedData>;
  traceContext: { traceParent: string; traceState: string; attributes: Record<string, string> };
}

export interface RpcInvocationResponse {
  invocationId?: Maybe<string>;
  outputData?: Maybe<{ name?: Maybe<string>; data?: Maybe<RpcTypedData> }[]>;
  returnValue?: Maybe<RpcTypedData>;
}

export type RpcLogLevel = "trace" | "debug" | "information" | "warning" | "error" | "critical" | "none";
export type RpcLogCategory = "user" | "system" | "customMetric";

/** A function as the worker tells the host of it: each binding is JSON, with its name. */
export interface RegisteredFunction {
  functionId: string;
  name: string;
  rawBindings: string[];
  hasRetryPolicy: boolean;
}

/** An error on its way from one thread to the other. */
export interface RpcException {
  message: string;
  stack: string;
}

export type HostMessage = { type: "invoke"; request: RpcInvocationRequest } | { type: "terminate" };

export type WorkerMessage =
  | { type: "loaded"; functions: RegisteredFunction[] }
  | { type: "unloadable"; exception: RpcException }
  | { type: "response"; invocationId: string; response: RpcInvocationResponse }
  | { type: "failure"; invocationId: string; exception: RpcException }
  | {
      type: "log";
      level: RpcLogLevel;
      category: RpcLogCategory;
      message: string;
      /** Absent outside an invocation. */
      invocation?: { id: string; functionName: string };
    };

/** What the worker thread is started with. */
export interface WorkerData {
  appRoot: string;
}
