import type { PassingRequest } from "./halting-proxy.ts";

/** A moment in the work at a message: before a request gets to its service, or when it was carried out and not answered. */
export type Moment = { before: Asks } | { after: Asks };

/** @param answered  what the worker has asked of this team and got an answer to, oldest first */
type Asks = (request: PassingRequest, answered: readonly PassingRequest[]) => boolean;

export interface KillPoint {
  /** Ends the sentence "a worker that is killed …". */
  when: string;
  /** Of each worker that is killed at this message; the one after the last lives. */
  moments: readonly [Moment, ...Moment[]];
  /** What is there when the first of them is dead, whatever else was on its way. */
  leaves: "nothing" | "notices" | "notices and marks";
  /** Whether no mark can be written as long as the outcomes are not recorded. */
  marksFail?: true;
}

/** Each team has so many sessions: more than there are lanes, so that some notices share a batch. */
export const SESSIONS = 5;
const LANES = 3;

const leases =
  (action: string, lock: RegExp): Asks =>
  ({ path, headers }) =>
    headers["x-ms-lease-action"] === action && lock.test(path);
const CONNECTION = /\/locks\/registration\/connection\//;
const TEAM = /\/locks\/registration\/team-/;

const readsLedger: Asks = ({ method, path }) => method === "GET" && path.includes("/ledger()");
const readsCalendar: Asks = ({ path }) => path.includes("/calendarView");
const searches: Asks = ({ path, body }) => `${path} ${body}`.includes("/me/messages?");
const recordsIntents: Asks = ({ path, body }) => path.endsWith("/$batch") && /"state":"intended"/.test(body);
const recordsOutcomes: Asks = ({ path, body }) => path.endsWith("/$batch") && /"state":"known"/.test(body);
const sends: Asks = ({ path, body }) => path.endsWith("/$batch") && body.includes("/me/sendMail");
const marks: Asks = (request) =>
  request.path.endsWith("/$batch") && request.body.includes("/extensions") && !sends(request, []);
const marksAtLast: Asks = (request, answered) => marks(request, answered) && areRecorded(answered);
const keepsReport: Asks = ({ method, path }) => method === "PUT" && path.includes("/registration-runs/");
const listsReport: Asks = ({ method, path }) => method !== "GET" && path.includes("/registrationruns(");
const listsReportAgain: Asks = (request, answered) =>
  listsReport(request, answered) && answered.some((each) => listsReport(each, []));
const deletesMessage: Asks = ({ method, path }) => method === "DELETE" && path.includes("/messages/");

/** Whether the outcomes of all notices are in the ledger. */
export function areRecorded(answered: readonly PassingRequest[]): boolean {
  return answered.filter((each) => recordsOutcomes(each, [])).length >= LANES;
}

/** In the order of a pass. */
export const KILL_POINTS: readonly KillPoint[] = [
  {
    when: "when it has taken the message, and done nothing",
    moments: [{ before: leases("acquire", CONNECTION) }],
    leaves: "nothing",
  },
  {
    when: "when it has the connection's lease",
    moments: [{ after: leases("acquire", CONNECTION) }],
    leaves: "nothing",
  },
  {
    when: "when it has the team's lease",
    moments: [{ after: leases("acquire", TEAM) }],
    leaves: "nothing",
  },
  { when: "before it has read the ledger", moments: [{ before: readsLedger }], leaves: "nothing" },
  { when: "when it has asked for the sessions", moments: [{ after: readsCalendar }], leaves: "nothing" },
  { when: "before it writes intents down", moments: [{ before: recordsIntents }], leaves: "nothing" },
  {
    when: "when intents are written, before it hears so",
    moments: [{ after: recordsIntents }],
    leaves: "nothing",
  },
  {
    when: "when intents are written, before a notice is sent",
    moments: [{ before: sends }],
    leaves: "nothing",
  },
  {
    when: "when the first notice of a batch has gone out, and neither its mark nor the next notice, before it hears so",
    moments: [{ after: sends }],
    marksFail: true,
    leaves: "notices",
  },
  {
    when: "when a batch has gone out, notices and marks, before it hears so",
    moments: [{ after: sends }],
    leaves: "notices and marks",
  },
  {
    when: "when notices and marks have gone out, before it writes the outcomes down",
    moments: [{ before: recordsOutcomes }],
    leaves: "notices and marks",
  },
  {
    when: "when notices have gone out and marks have not, before it writes the outcomes down",
    moments: [{ before: recordsOutcomes }],
    marksFail: true,
    leaves: "notices",
  },
  {
    when: "when outcomes are written, before it hears so",
    moments: [{ after: recordsOutcomes }],
    leaves: "notices and marks",
  },
  {
    when: "when all outcomes are written, before marks that failed are tried again",
    moments: [{ before: marksAtLast }],
    marksFail: true,
    leaves: "notices",
  },
  {
    when: "when marks that had failed are written, before it hears so",
    moments: [{ after: marksAtLast }],
    marksFail: true,
    leaves: "notices and marks",
  },
  {
    when: "before it frees the team's lease",
    moments: [{ before: leases("release", TEAM) }],
    leaves: "notices and marks",
  },
  { when: "before it keeps the report", moments: [{ before: keepsReport }], leaves: "notices and marks" },
  {
    when: "when the report is kept, before it hears so",
    moments: [{ after: keepsReport }],
    leaves: "notices and marks",
  },
  {
    when: "when the report is kept, and in none of its lists",
    moments: [{ before: listsReport }],
    leaves: "notices and marks",
  },
  {
    when: "when the report is in one of its lists only",
    moments: [{ before: listsReportAgain }],
    leaves: "notices and marks",
  },
  {
    when: "before it frees the connection's lease",
    moments: [{ before: leases("release", CONNECTION) }],
    leaves: "notices and marks",
  },
  {
    when: "before the message is deleted",
    moments: [{ before: deletesMessage }],
    leaves: "notices and marks",
  },
  {
    when: "when the message is deleted, before it hears so",
    moments: [{ after: deletesMessage }],
    leaves: "notices and marks",
  },
  {
    when: "when intents are written, and the next one when a batch has gone out",
    moments: [{ after: recordsIntents }, { after: sends }],
    leaves: "nothing",
  },
  {
    when: "when notices have gone out without their marks, and the next one when it has looked for them",
    moments: [{ after: sends }, { after: searches }],
    marksFail: true,
    leaves: "notices",
  },
  {
    when: "when notices have gone out without their marks, and the next one before it writes down that it found them",
    moments: [{ before: recordsOutcomes }, { before: recordsOutcomes }],
    marksFail: true,
    leaves: "notices",
  },
  {
    when: "when notices have gone out without their marks, and the next one before it puts the marks there",
    moments: [{ before: recordsOutcomes }, { before: marks }],
    marksFail: true,
    leaves: "notices",
  },
];
