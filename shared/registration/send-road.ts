import type { MailServers, TeamMail } from "./team-file.ts";

/** How a team's notices leave. */
export type SendRoad =
  | { road: "graph" }
  | { road: "smtp"; from: string; servers: MailServers }
  | { road: "none"; mistake: string };

/** The signed-in account, as Graph's `me` names it; a personal account may have no `mail`. */
export interface SenderAccount {
  mail?: string | null | undefined;
  userPrincipalName?: string | null | undefined;
}

/** Through Graph when the sender is the signed-in account or nobody in particular, else through the sender's own servers. */
export function sendRoad(mail: Pick<TeamMail, "from" | "servers">, account: SenderAccount): SendRoad {
  const { from, servers } = mail;
  const own = [account.mail, account.userPrincipalName].map((address) => address?.trim().toLowerCase());
  if (from === undefined || own.includes(from.toLowerCase())) return { road: "graph" };
  if (servers) return { road: "smtp", from, servers };
  const signedIn = account.mail ?? account.userPrincipalName ?? "unknown";
  return {
    road: "none",
    mistake: `mail.from: ${from} is not the signed-in account (${signedIn}), so smtp_server and imap_server must say how its mail is sent`,
  };
}
