import type { Rule } from "./finding.ts";
import { operationRules } from "./operation-rules.ts";
import { safetyRules } from "./safety-rules.ts";
import { templateRules } from "./template-rules.ts";

/** What must hold of the deployment and can be seen without the cloud. */
export const rules: readonly Rule[] = [...templateRules, ...safetyRules, ...operationRules];
