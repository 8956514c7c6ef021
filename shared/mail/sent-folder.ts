import type { ListResponse } from "imapflow";
import { addressOf, type MailServer } from "./mail-server.ts";

/** The folder the server calls the sent one, else `Sent`, else one with a name mail programs are known to give it. */
export function sentFolder(folders: ListResponse[]): string | undefined {
  const usable = folders.filter(canBeOpened);
  const special = usable.find(({ specialUse }) => specialUse === "\\Sent");
  if (special?.specialUseSource === "extension") return special.path;
  // Some servers keep all of an account's folders below INBOX.
  const named = ["", "INBOX"].map((parent) =>
    usable.find(({ name, parentPath }) => name === "Sent" && parentPath.toUpperCase() === parent),
  );
  return (named.find((folder) => folder !== undefined) ?? special)?.path;
}

/** The folder that shows all of the account's mail, where the server says that it has one. */
export function folderOfAllMail(folders: ListResponse[]): string | undefined {
  const all = folders.find(
    (folder) =>
      canBeOpened(folder) && folder.specialUse === "\\All" && folder.specialUseSource === "extension",
  );
  return all?.path;
}

function canBeOpened({ flags }: ListResponse): boolean {
  return !flags.has("\\Noselect");
}

/** What to say, and to do, where `sentFolder` finds none. */
export function lackOfSentFolder(server: MailServer): { message: string; whatToDo: string } {
  return {
    message: `The account on ${addressOf(server)} has no sent folder`,
    whatToDo: "Create a folder named Sent in the account, so that sent notices can be kept there.",
  };
}
