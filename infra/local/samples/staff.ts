import { uuidOf } from "../emulators/uuid.ts";
import type { Graph } from "../emulators/graph/graph.ts";
import type { AccountSeed } from "../emulators/graph/seed.ts";
import type { AutomaticReplies } from "../emulators/graph/user-state.ts";
import { instantOf, wallClock } from "../emulators/graph/time-zone.ts";
import type { UserSeed } from "../emulators/mediator/users.ts";

const ZONE = "Pacific Standard Time";
const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;

interface Colleague {
  account: string;
  displayName: string;
  automaticReplies: Partial<AutomaticReplies>;
}

/** Who has voice mail, and one who is not in the directory. */
export function sampleVoiceMail(): UserSeed[] {
  const known = staff(new Date(0)).map(({ account }) => ({ alias: account }));
  return [...known, { alias: "former.member@mantabots.example" }];
}

/**
 * Adds the colleagues in the work tenant who are not there yet, and gives those whose absence is over another one, so that
 * a start on a later day has something to show again.
 */
export function refreshStaff(graph: Graph, tenant: string, now: Date): void {
  for (const { automaticReplies, ...colleague } of staff(now)) {
    const { account } = colleague;
    if (!graph.hasAccount(account)) graph.addAccount(accountOf(colleague, tenant));
    const mailbox = graph.mailbox(account);
    const { status, scheduledEndDateTime: end } = mailbox.automaticReplies;
    const isNew = status === "disabled" && mailbox.automaticReplies.externalReplyMessage === "";
    if (isNew || (status === "scheduled" && instantOf(end) < now))
      mailbox.setAutomaticReplies(automaticReplies);
  }
}

function accountOf(
  { account, displayName }: Omit<Colleague, "automaticReplies">,
  tenant: string,
): AccountSeed {
  const [givenName = "", ...surname] = displayName.split(" ");
  return { account, displayName, givenName, surname: surname.join(" "), tenant, id: uuidOf(account) };
}

/** One who is away, one who will be in two minutes, one whose replies are for colleagues only, and one who is there. */
function staff(now: Date): Colleague[] {
  return [
    {
      account: "grace.hopwood@mantabots.example",
      displayName: "Grace Hopwood",
      automaticReplies: scheduled(now, -DAY, 5 * DAY, {
        internalReplyMessage: "<p>At the regional until the weekend. Rafael has the keys.</p>",
        externalReplyMessage:
          '<html><body><p>I am at the regional tournament &amp; back next week.</p><p>Urgent? Call the <a href="https://mantabots.example/desk">front desk</a>.</p></body></html>',
      }),
    },
    {
      account: "kwame.mensah@mantabots.example",
      displayName: "Kwame Mensah",
      automaticReplies: scheduled(now, 2 * MINUTE, 5 * MINUTE, {
        externalReplyMessage: "<div>In the workshop until the glue has dried.</div>",
      }),
    },
    {
      account: "nadia.petrova@mantabots.example",
      displayName: "Nadia Petrova",
      automaticReplies: {
        status: "alwaysEnabled",
        externalAudience: "none",
        internalReplyMessage: "<p>On leave.<br>Ask Rafael.</p>",
      },
    },
    {
      account: "rafael.ibanez@mantabots.example",
      displayName: "Rafael Ibáñez",
      automaticReplies: { status: "disabled" },
    },
  ];
}

/** @param from  milliseconds after now, as `to` */
function scheduled(
  now: Date,
  from: number,
  to: number,
  texts: Partial<AutomaticReplies>,
): Partial<AutomaticReplies> {
  const at = (offset: number): AutomaticReplies["scheduledStartDateTime"] => ({
    dateTime: wallClock(new Date(now.getTime() + offset), ZONE),
    timeZone: ZONE,
  });
  return {
    status: "scheduled",
    externalAudience: "all",
    scheduledStartDateTime: at(from),
    scheduledEndDateTime: at(to),
    ...texts,
  };
}
