/** A handler whose file is read when it is first called: loading the app reads none. */
export function lazily<Args extends unknown[], Result>(
  load: () => Promise<{ handler: (...args: Args) => Result | Promise<Result> }>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    const { handler } = await load();
    return handler(...args);
  };
}
