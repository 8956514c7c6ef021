/** Of a text that somebody else wrote. @returns undefined when it is not JSON */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
