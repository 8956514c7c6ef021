/** Addresses are compared without regard to case, and nobody has a space around theirs. */
export function sameForm(address: string): string {
  return address.trim().toLowerCase();
}
