import type { Fault, FaultSubject } from "../../infra/local/emulators/faults.ts";
import { kindOf } from "./request-kind.ts";
import type { Change, PlannedFault, RequestKind, Trouble } from "./schedule.ts";
import type { ServiceName } from "./services.ts";

/** What a fault does beside the request that it happens to. */
export interface FaultEffects {
  /** Told of each, before it happens. */
  tell(service: ServiceName, request: RequestKind, what: Trouble["kind"]): void;
  cutOff(): void;
  cutOffSoon(milliseconds: number): void;
  breakLeases(): void;
  passTime(milliseconds: number): void;
  startRival(): void;
  /** Until the rival is through. */
  freeze(): void;
  change(change: Change): void;
}

interface Armed extends PlannedFault {
  /** Matching requests that pass unharmed first. */
  toSkip: number;
}

/** The faults of one pass: each happens once, to the request it was planned for. */
export class FaultPlan {
  #armed: Armed[];
  readonly #effects: FaultEffects;
  readonly #outages = new Set<ServiceName>();
  /** Requests to blobs that their client has repeated at once, which it does a single time. */
  readonly #repeated = new Set<string>();

  constructor(faults: readonly PlannedFault[], effects: FaultEffects) {
    this.#armed = faults.map((fault) => ({ ...fault, toSkip: fault.nth }));
    this.#effects = effects;
  }

  /** What happens to this request. */
  next(service: ServiceName, request: FaultSubject): Fault | undefined {
    const kind = kindOf(service, request);
    let happened: Fault | undefined;
    for (const armed of this.#armed) {
      if (armed.on !== "any" && armed.on !== kind) continue;
      armed.toSkip -= 1;
      if (armed.toSkip >= 0) continue;
      this.#armed = this.#armed.filter((other) => other !== armed);
      this.#effects.tell(service, kind, armed.what.kind);
      happened = this.#inject(this.#withoutDelay(armed.what, request), service, request) ?? happened;
    }
    return happened ?? (this.#outages.has(service) ? outageOf(service) : undefined);
  }

  /** A second time, a blob's client waits seconds by the machine's clock before it repeats a request: that one fails for good. */
  #withoutDelay(trouble: Trouble, { target }: FaultSubject): Trouble {
    const final = FINAL[trouble.kind];
    if (!final || !target.startsWith("/blob/")) return trouble;
    if (this.#repeated.has(target)) return { kind: final };
    this.#repeated.add(target);
    return trouble;
  }

  #inject(trouble: Trouble, service: ServiceName, request: FaultSubject): Fault | undefined {
    switch (trouble.kind) {
      case "cut off before":
      case "cut off after":
        this.#effects.cutOff();
        return { kind: trouble.kind === "cut off before" ? "reset-before" : "reset-after" };
      case "cut off soon":
        this.#effects.cutOffSoon(trouble.milliseconds);
        return undefined;
      case "lease lost":
        this.#effects.breakLeases();
        this.#effects.passTime(TO_NOTICE_A_LOST_LEASE_MS);
        return undefined;
      case "taken over":
        this.#effects.breakLeases();
        this.#effects.startRival();
        return undefined;
      case "frozen":
        this.#effects.breakLeases();
        this.#effects.freeze();
        return undefined;
      case "rival":
        this.#effects.startRival();
        return undefined;
      case "changed meanwhile":
        this.#effects.change(trouble.change);
        return undefined;
      case "outage":
        this.#outages.add(service);
        return outageOf(service);
      case "throttled":
        return throttleOf(service, trouble.seconds);
      case "dropped before":
      case "dropped after":
        return dropOf(service, request, trouble.kind === "dropped after");
      case "failed before":
      case "failed after":
        return failureOf(service, trouble.kind === "failed after");
      case "timed out before":
      case "timed out after":
        return timeoutOf(service, trouble.kind === "timed out after");
    }
  }
}

/** What a client repeats, and what comes to the same when it does not. */
const FINAL: Partial<Record<Trouble["kind"], "failed before" | "failed after">> = {
  "dropped before": "failed before",
  "dropped after": "failed after",
  throttled: "failed before",
};
/** Longer than a holder waits before it renews its lease, and shorter than it waits for an answer. */
const TO_NOTICE_A_LOST_LEASE_MS = 25_000;
const OVER_HTTP = new Set<ServiceName>(["login", "graph", "storage"]);
/** Its client repeats other failures after seconds by the machine's clock, and comes to the same in the end. */
const NOT_REPEATED = { status: 501, body: "" };
/** The client repeats this at once. */
const REPEATED_AT_ONCE = { status: 503, headers: { "retry-after-ms": "1" }, body: "" };

function outageOf(service: ServiceName): Fault {
  return failureOf(service, false);
}

function failureOf(service: ServiceName, acts: boolean): Fault {
  if (service === "storage") return { kind: acts ? "status-after" : "status", ...NOT_REPEATED };
  if (!OVER_HTTP.has(service)) return acts ? { kind: "reset-after" } : { kind: "status" };
  return acts ? { kind: "status-after", status: 504 } : { kind: "status", status: 503 };
}

function throttleOf(service: ServiceName, seconds: number): Fault {
  if (service === "storage") return { kind: "status", ...REPEATED_AT_ONCE };
  if (!OVER_HTTP.has(service)) return { kind: "status" };
  return { kind: "status", status: 429, headers: { "retry-after": String(seconds) } };
}

/** A table's client waits seconds before it repeats a request whose connection broke, a blob's does not. */
function dropOf(service: ServiceName, { target }: FaultSubject, acts: boolean): Fault {
  if (service === "storage" && target.startsWith("/table/")) {
    return { kind: acts ? "status-after" : "status", ...REPEATED_AT_ONCE };
  }
  return { kind: acts ? "reset-after" : "reset-before" };
}

/** Only Graph and the sign-in are timed by the clock that the schedule moves. */
function timeoutOf(service: ServiceName, acts: boolean): Fault {
  if (service === "login" || service === "graph") return { kind: acts ? "hang-after" : "hang" };
  return service === "storage" ? failureOf(service, acts) : { kind: acts ? "reset-after" : "reset-before" };
}
