/** What people are put in order by. */
interface Named {
  name: string;
  personId?: string | undefined;
  email?: string;
  emails?: readonly string[];
}

/** By name, id and address, letter by letter: the same order on every machine. */
export function byName(one: Named, other: Named): number {
  return (
    compare(one.name, other.name) ||
    compare(one.personId ?? "", other.personId ?? "") ||
    compare(addressOf(one), addressOf(other))
  );
}

function addressOf({ email, emails }: Named): string {
  return email ?? emails?.join(" ") ?? "";
}

/** Without regard to any language. */
export function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
