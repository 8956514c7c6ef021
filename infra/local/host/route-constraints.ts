/** Whether a route parameter's value is what the route asks for. */
export type Constraint = (value: string) => boolean;

/** The route asks for a constraint that ASP.NET Core does not have, or gives it the wrong arguments. */
export class RouteConstraintError extends Error {
  override readonly name = "RouteConstraintError";
}

const NUMBER = /^\s*[+-]?(\d[\d,]*\.?\d*|\.\d+)\s*$/;
const FLOAT = /^\s*([+-]?(\d[\d,]*\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?infinity|nan)\s*$/i;
const GUID =
  /^\s*(\{[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\}|\([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\)|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{32})\s*$/i;

/** A constraint by its name: how many arguments it takes, and what it then means. */
const CONSTRAINTS: Record<string, { least: number; most: number; make: (args: string[]) => Constraint }> = {
  int: plain((value) => integerWithin(value, -(2n ** 31n), 2n ** 31n - 1n)),
  long: plain((value) => integerWithin(value, -(2n ** 63n), 2n ** 63n - 1n)),
  bool: plain((value) => /^\s*(true|false)\s*$/i.test(value)),
  datetime: plain((value) => !Number.isNaN(Date.parse(value))),
  decimal: plain((value) => NUMBER.test(value)),
  double: plain((value) => FLOAT.test(value)),
  float: plain((value) => FLOAT.test(value)),
  guid: plain((value) => GUID.test(value)),
  alpha: plain((value) => /^[a-z]*$/i.test(value)),
  required: plain((value) => value !== ""),
  file: plain(isFileName),
  nonfile: plain((value) => !isFileName(value)),
  length: numeric(
    2,
    ([least = 0, most = least]) =>
      (value) =>
        value.length >= least && value.length <= most,
  ),
  minlength: numeric(
    1,
    ([least = 0]) =>
      (value) =>
        value.length >= least,
  ),
  maxlength: numeric(
    1,
    ([most = 0]) =>
      (value) =>
        value.length <= most,
  ),
  min: numeric(
    1,
    ([least = 0]) =>
      (value) =>
        numberWithin(value, least, Number.POSITIVE_INFINITY),
  ),
  max: numeric(
    1,
    ([most = 0]) =>
      (value) =>
        numberWithin(value, Number.NEGATIVE_INFINITY, most),
  ),
  range: {
    ...numeric(
      2,
      ([least = 0, most = 0]) =>
        (value) =>
          numberWithin(value, least, most),
    ),
    least: 2,
  },
};

/**
 * Makes the constraint of a reference such as `int`, `length(3,5)` or `regex(^x$)`.
 * @throws {RouteConstraintError} there is no such constraint
 * @see https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 */
export function constraintOf(reference: string): Constraint {
  const [, name = "", text] = /^([^(]*)(?:\(([^]*)\))?$/.exec(reference) ?? [];
  if (name.toLowerCase() === "regex") return matching(text ?? "");
  const known = CONSTRAINTS[name.toLowerCase()];
  const args = text === undefined || text === "" ? [] : text.split(",").map((arg) => arg.trim());
  if (known === undefined || args.length < known.least || args.length > known.most) {
    throw new RouteConstraintError(`The route constraint '${reference}' is not one of ASP.NET Core's.`);
  }
  return known.make(args);
}

function plain(constraint: Constraint): { least: number; most: number; make: () => Constraint } {
  return { least: 0, most: 0, make: () => constraint };
}

function numeric(
  most: number,
  make: (args: number[]) => Constraint,
): { least: number; most: number; make: (args: string[]) => Constraint } {
  return {
    least: 1,
    most,
    make: (args) => {
      if (args.some((arg) => !/^[+-]?\d+$/.test(arg))) {
        throw new RouteConstraintError(`A route constraint takes whole numbers, not '${args.join(",")}'.`);
      }
      return make(args.map(Number));
    },
  };
}

/** Without anchors of its own, and without regard to case: as ASP.NET Core takes it. */
function matching(pattern: string): Constraint {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, "i");
  } catch (cause) {
    throw new RouteConstraintError(`The route constraint 'regex(${pattern})' is not a regular expression.`, {
      cause,
    });
  }
  return (value) => expression.test(value);
}

function integerWithin(value: string, least: bigint, most: bigint): boolean {
  if (!/^\s*[+-]?\d+\s*$/.test(value)) return false;
  const number = BigInt(value.trim().replace(/^\+/, ""));
  return number >= least && number <= most;
}

function numberWithin(value: string, least: number, most: number): boolean {
  return (
    integerWithin(value, -(2n ** 63n), 2n ** 63n - 1n) && Number(value) >= least && Number(value) <= most
  );
}

/** The last part of the path has a dot with something after it. */
function isFileName(value: string): boolean {
  return /\.[^./]+$/.test(value.slice(value.lastIndexOf("/") + 1));
}
