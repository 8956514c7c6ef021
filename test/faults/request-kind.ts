import type { FaultSubject } from "../../infra/local/emulators/faults.ts";
import type { RequestKind } from "./schedule.ts";
import type { ServiceName } from "./services.ts";

/** What a request is for, as its service sees it: a part of a batch is a request of its own. */
export function kindOf(service: ServiceName, request: FaultSubject): RequestKind {
  const { method } = request;
  switch (service) {
    case "login":
      return "token";
    case "graph":
      return graphKind(request);
    case "storage":
      return storageKind(request);
    case "smtp":
      return method === "DATA" ? "send" : "mail session";
    case "imap":
      if (method === "APPEND") return "copy";
      return method.includes("SEARCH") ? "search" : "mail session";
  }
}

function graphKind({ method, target }: FaultSubject): RequestKind {
  const path = decodeURIComponent(target.split("?", 1)[0] ?? "").toLowerCase();
  if (path.endsWith("/$batch")) return "batch";
  if (path.endsWith("/sendmail")) return "send";
  if (method !== "GET") return "mark";
  return path.endsWith("/messages") ? "search" : "read";
}

function storageKind({ method, target }: FaultSubject): RequestKind {
  if (/^\/blob\/[^/]+\/locks/.test(target)) return "lease";
  if (/registration-?runs/.test(target)) return "report";
  if (/^\/table\/[^/]+\/connections/.test(target)) return "token";
  return method === "GET" || method === "HEAD" || target.endsWith("/Tables") ? "ledger read" : "ledger write";
}
