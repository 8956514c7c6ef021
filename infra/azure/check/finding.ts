import type { BicepFile } from "./bicep-file.ts";
import type { Deployment } from "./deployment.ts";

/** One mistake: where, what, and by that what to do. */
export interface Finding {
  readonly place: string;
  readonly problem: string;
}

export interface Rule {
  /** What holds when the rule finds nothing. */
  readonly says: string;
  readonly check: (deployment: Deployment) => Iterable<Finding>;
}

export function inFile(file: BicepFile, line: number, problem: string): Finding {
  return { place: `infra/azure/${file.path}:${line}`, problem };
}

/** A rule that looks at one file after the other. */
export function inEveryFile(
  says: string,
  look: (file: BicepFile, deployment: Deployment) => Iterable<{ line: number; problem: string }>,
): Rule {
  return {
    says,
    *check(deployment) {
      for (const file of deployment.bicep.values()) {
        for (const { line, problem } of look(file, deployment)) yield inFile(file, line, problem);
      }
    },
  };
}
