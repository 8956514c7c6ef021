import { constraintOf } from "./route-constraints.ts";
import type { Constraint } from "./route-constraints.ts";

/** The route cannot be read; in the cloud the whole host fails to start over it. */
export class RouteTemplateError extends Error {
  override readonly name = "RouteTemplateError";
}

export interface RouteTemplate {
  /**
   * The parameters of a path that fits, by their names as the template writes them; undefined when it does not fit.
   * @param path  decoded, from the first slash on
   */
  match(path: string): Record<string, string> | undefined;
}

interface Parameter {
  name: string;
  isCatchAll: boolean;
  isOptional: boolean;
  fallback: string | undefined;
  constraints: Constraint[];
}

interface Segment {
  /** Fits one segment of a path; its groups are the parameters in their order. */
  pattern: RegExp;
  parameters: Parameter[];
}

/**
 * Reads an ASP.NET Core route: literals without regard to case, `{parameter}`, `{parameter?}`, `{parameter=default}`,
 * `{*rest}`, `{parameter:constraint:…}`, and several parameters in one segment.
 * @throws {RouteTemplateError} it cannot be read
 * @throws {RouteConstraintError} a constraint is unknown
 * @see https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 */
export function parseRouteTemplate(template: string): RouteTemplate {
  const segments = segmentsOf(template).map((text) => parseSegment(text, template));
  for (const { parameters } of segments.slice(0, -1)) {
    if (parameters.some(({ isCatchAll, isOptional }) => isCatchAll || isOptional)) {
      throw refusal(template, "an optional or catch-all parameter can only be the last segment");
    }
  }
  const parameters = segments.flatMap((segment) => segment.parameters);
  if (new Set(parameters.map(({ name }) => name.toLowerCase())).size < parameters.length) {
    throw refusal(template, "a parameter appears more than once");
  }
  return {
    match: (path) => {
      const values = valuesOf(segments, path);
      return values !== undefined && parameters.every((parameter) => isAllowed(parameter, values))
        ? values
        : undefined;
    },
  };
}

function refusal(template: string, why: string): RouteTemplateError {
  return new RouteTemplateError(`The route template '${template}' is not valid: ${why}.`);
}

/** Splits at the slashes that are not within braces: a constraint may hold one. */
function segmentsOf(template: string): string[] {
  const segments = template.match(/(?:\{\{|\}\}|\{(?:\{\{|\}\}|[^{}])*\}|[^/{}])+|[{}]/g) ?? [];
  if (segments.join("/") !== template) {
    throw refusal(
      template,
      "it has an empty segment, begins or ends with a slash, or has an unbalanced brace",
    );
  }
  return segments;
}

function parseSegment(text: string, template: string): Segment {
  const parameters: Parameter[] = [];
  const pattern = text.replaceAll(
    /\{\{|\}\}|\{((?:\{\{|\}\}|[^{}])*)\}|[^{}]+/g,
    (part: string, inside?: string) => {
      if (inside === undefined) return escaped(unbraced(part));
      parameters.push(parseParameter(unbraced(inside), template));
      return "(.+)";
    },
  );
  if (pattern.includes("(.+)(.+)")) throw refusal(template, "two parameters stand side by side");
  if (parameters.some(({ isCatchAll }) => isCatchAll) && pattern !== "(.+)") {
    throw refusal(template, "a catch-all parameter must be a segment of its own");
  }
  return { pattern: new RegExp(`^${pattern}$`, "is"), parameters };
}

function unbraced(text: string): string {
  return text.replaceAll("{{", "{").replaceAll("}}", "}");
}

function escaped(literal: string): string {
  return literal.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}

/** `*name:constraint(arguments):…=default?`, in this order. */
function parseParameter(text: string, template: string): Parameter {
  const [, stars, name, rest, optional] = /^(\*{0,2})([^*:=?/{}]+)([^]*?)(\??)$/.exec(text) ?? [];
  if (name === undefined) throw refusal(template, `'${text}' is not a parameter`);
  const constraints: Constraint[] = [];
  let left = rest ?? "";
  while (left.startsWith(":")) {
    const [whole, reference = ""] = /^:([^:=(]+(?:\([^]*?\)(?=[:=]|$))?)/.exec(left) ?? [];
    if (whole === undefined) throw refusal(template, `the constraints of '${name}' cannot be read`);
    constraints.push(constraintOf(reference));
    left = left.slice(whole.length);
  }
  if (left !== "" && !left.startsWith("=")) throw refusal(template, `'${text}' is not a parameter`);
  return {
    name,
    isCatchAll: stars !== "",
    isOptional: optional === "?",
    fallback: left === "" ? undefined : left.slice(1),
    constraints,
  };
}

function valuesOf(segments: Segment[], path: string): Record<string, string> | undefined {
  const trimmed = path.replace(/^\//, "").replace(/\/$/, "");
  const given = trimmed === "" ? [] : trimmed.split("/");
  const values: Record<string, string> = {};
  for (const [index, { pattern, parameters }] of segments.entries()) {
    const isCatchAll = parameters[0]?.isCatchAll === true;
    const text = isCatchAll ? given.slice(index).join("/") : given[index];
    if (text === undefined || (isCatchAll && text === "")) {
      if (!mayBeMissing(pattern, parameters)) return undefined;
      for (const { name, fallback } of parameters) if (fallback !== undefined) values[name] = fallback;
      continue;
    }
    const found = pattern.exec(text);
    if (found === null) return undefined;
    for (const [at, { name }] of parameters.entries()) values[name] = found[at + 1] ?? "";
    if (isCatchAll) return values;
  }
  return given.length > segments.length ? undefined : values;
}

function mayBeMissing(pattern: RegExp, [parameter]: Parameter[]): boolean {
  if (parameter === undefined || pattern.source !== "^(.+)$") return false;
  return parameter.isOptional || parameter.isCatchAll || parameter.fallback !== undefined;
}

function isAllowed(parameter: Parameter, values: Record<string, string>): boolean {
  const value = values[parameter.name];
  if (value === undefined) return parameter.isOptional || parameter.constraints.length === 0;
  return parameter.constraints.every((constraint) => constraint(value));
}
