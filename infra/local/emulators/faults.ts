/** What an emulator does wrong on demand: latency, refusals, broken and silent connections. */

const KINDS = ["status", "status-after", "reset-before", "reset-after", "hang", "hang-after"] as const;

/** One thing that goes wrong with one request. */
export interface Fault {
  /**
   * "status" answers in the service's place, "status-after" too, but when it has acted, as a gateway does that has
   * waited long enough; "reset-before" breaks the connection before the service acted, "reset-after" when it has acted
   * and the answer is lost; "hang" never answers, nor does "hang-after", but then the service has acted.
   */
  kind: (typeof KINDS)[number];
  /** For kind "status" and "status-after"; 503 unless given. */
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A fault, and the requests it happens to. */
export interface FaultRule extends Fault {
  /** Every method unless given. */
  method?: string;
  /** Source of a regular expression for the path (with its query); every path unless given. */
  path?: string;
  /** How many requests it happens to: 1 unless given, 0 = until it is removed. */
  times?: number;
  /** How many matching requests pass unharmed first. */
  after?: number;
}

/** Whether the service acts before the fault happens. */
export function actsFirst({ kind }: Fault): boolean {
  return kind === "status-after" || kind === "reset-after" || kind === "hang-after";
}

/** What a fault may look at to decide. */
export interface FaultSubject {
  method: string;
  /** Path and query as sent. */
  target: string;
}

/** A fault decided by a program: a seeded rate, a scripted storm. */
export interface FaultDecision {
  decide: (request: FaultSubject) => Fault | undefined;
}

interface Armed {
  rule: FaultRule;
  pattern: RegExp | undefined;
  toSkip: number;
  left: number;
}

/** The faults set on one emulator. The first rule that matches a request wins. */
export class Faults {
  /** Added before every answer, milliseconds. */
  latencyMs = 0;
  #armed: Armed[] = [];
  #decisions: FaultDecision[] = [];

  /** @throws {TypeError} the rule has no known kind; {SyntaxError} its path is no regular expression */
  add(fault: FaultRule | FaultDecision): void {
    if ("decide" in fault) {
      this.#decisions.push(fault);
      return;
    }
    if (!KINDS.includes(fault.kind)) {
      throw new TypeError(`A fault's kind is one of ${KINDS.join(", ")}; got ${fault.kind}.`);
    }
    const times = fault.times ?? 1;
    this.#armed.push({
      rule: fault,
      pattern: fault.path === undefined ? undefined : new RegExp(fault.path),
      toSkip: fault.after ?? 0,
      left: times === 0 ? Number.POSITIVE_INFINITY : times,
    });
  }

  clear(): void {
    this.latencyMs = 0;
    this.#armed = [];
    this.#decisions = [];
  }

  /** The fault that happens to this request, used up by asking. */
  next(request: FaultSubject): Fault | undefined {
    for (const armed of this.#armed) {
      if (!matches(armed, request)) continue;
      if (armed.toSkip > 0) {
        armed.toSkip -= 1;
        continue;
      }
      armed.left -= 1;
      this.#armed = this.#armed.filter(({ left }) => left > 0);
      return armed.rule;
    }
    for (const { decide } of this.#decisions) {
      const fault = decide(request);
      if (fault) return fault;
    }
    return undefined;
  }

  /** What is still to happen, as the control route shows it. */
  pending(): FaultRule[] {
    return this.#armed.map(({ rule, toSkip, left }) => ({
      ...rule,
      after: toSkip,
      times: Number.isFinite(left) ? left : 0,
    }));
  }
}

function matches({ rule, pattern }: Armed, { method, target }: FaultSubject): boolean {
  if (rule.method !== undefined && rule.method.toUpperCase() !== method) return false;
  return pattern === undefined || pattern.test(target);
}
