import type { Clock } from "../clock.ts";
import type { Mediator } from "../mediator/mediator.ts";
import { type Outlet, TargetAbsence } from "./outlet.ts";

const MEDIATOR_SCOPE = "absence/mediator";

/** The way to the mediator: who is away, and what callers are to hear. */
export function mediatorOutlet(mediator: Mediator, { clock }: { clock: Clock }): Outlet {
  return {
    scope: MEDIATOR_SCOPE,
    kind: "mediator",
    name: "the mediator",
    absence: new TargetAbsence(clock),
    async tell({ news: { email, away, says } }) {
      const answer = await mediator.setStatus({ email, away, message: says });
      if (answer.done) return { taken: true };
      return { taken: false, failure: `the mediator: ${answer.why}`, isAbsent: answer.isAbsent };
    },
  };
}
