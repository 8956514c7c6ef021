/** A mail in a folder. */
export interface StoredMail {
  uid: number;
  /** Such as \Seen. */
  flags: string[];
  /** When the server got it, or what the client said at APPEND; ISO 8601. */
  internalDate: string;
  /** The MIME text, one character per byte (latin1). */
  source: string;
}

export interface Folder {
  path: string;
  /** Such as \Sent (RFC 6154). */
  specialUse?: string;
  uidValidity: number;
  uidNext: number;
  /** In the order of their uids. */
  mails: StoredMail[];
}

/** What an account starts with. */
export interface FolderSeed {
  path: string;
  specialUse?: string;
}

export const USUAL_FOLDERS: FolderSeed[] = [
  { path: "INBOX" },
  { path: "Drafts", specialUse: "\\Drafts" },
  { path: "Sent", specialUse: "\\Sent" },
  { path: "Trash", specialUse: "\\Trash" },
];

/** Where an account's own folders are, and what stands between the levels (RFC 2342). */
export interface Namespace {
  prefix: string;
  delimiter: string;
}

export function newFolder(seed: FolderSeed, uidValidity: number): Folder {
  return { ...seed, uidValidity, uidNext: 1, mails: [] };
}

/** INBOX is the one name whose case does not matter. */
export function findFolder(folders: Folder[], path: string): Folder | undefined {
  const sought = path.toUpperCase() === "INBOX" ? "INBOX" : path;
  return folders.find((folder) => folder.path === sought);
}

export function addMail(folder: Folder, mail: Omit<StoredMail, "uid">): StoredMail {
  const stored = { uid: folder.uidNext, ...mail };
  folder.uidNext += 1;
  folder.mails.push(stored);
  return stored;
}

/** A mail and its place in the folder, from 1. */
export interface Numbered {
  sequence: number;
  mail: StoredMail;
}

/** The mails of a set such as `1:3,7,9:*`, by uid or by place. */
export function mailsIn(folder: Folder, set: string, by: "uid" | "sequence"): Numbered[] {
  const numbered = folder.mails.map((mail, index) => ({ sequence: index + 1, mail }));
  const numberOf = ({ sequence, mail }: Numbered): number => (by === "uid" ? mail.uid : sequence);
  const last = numbered.at(-1);
  const highest = last ? numberOf(last) : 0;
  const ranges = set.split(",").map((range) => {
    const ends = range.split(":").map((end) => (end === "*" ? highest : Number(end)));
    return { from: Math.min(...ends), to: Math.max(...ends) };
  });
  return numbered.filter((entry) =>
    ranges.some(({ from, to }) => numberOf(entry) >= from && numberOf(entry) <= to),
  );
}
