import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import type { Fault, FaultSubject, Faults } from "../../infra/local/emulators/faults.ts";
import { type ImapEmulator, startImap } from "../../infra/local/emulators/imap/server.ts";
import { PERSONAL_TENANT } from "../../infra/local/emulators/microsoft-login/directory.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { type SmtpEmulator, startSmtp } from "../../infra/local/emulators/smtp.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";
import { CONTACTS } from "./cast.ts";
import { type StorageServer, startStorage } from "./storage/server.ts";

export const COACH = "coach@mantabots.example";
export const CALENDAR = "Team Calendar";
export const CLIENT = { id: "0f6d3c1e-58a1-4f0b-9a3e-6f4a2d8c7b15", secret: "faults~client~secret" };
export const SENDER = { user: "team@sharkbots.example", password: "the-mail-password" };
export const SENT_FOLDER = "Sent";

export type ServiceName = "login" | "graph" | "storage" | "smtp" | "imap";

/** Asked before a service acts on a request. */
export type Trouble = (service: ServiceName, request: FaultSubject) => Fault | undefined;

/** All that Rollcall talks to. Started once for many schedules, which follow one another on a clock that never goes back. */
export interface Services {
  login: MicrosoftLogin;
  graph: Graph;
  smtp: SmtpEmulator;
  imap: ImapEmulator;
  storage: StorageServer;
  ports: Record<ServiceName, number>;
  /** What the services take the time from; to be replaced. */
  clock: { now: () => Date };
  /** So many, so that each has a name of its own. */
  hostsStarted: number;
  /** What may go wrong with each request from now on. */
  trouble: Trouble;
  close(): Promise<void>;
}

const ACCESS_TOKEN_SECONDS = 6 * 60 * 60;

export async function startServices(): Promise<Services> {
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const clock = { now: () => new Date(0) };
  const account = { userPrincipalName: COACH, displayName: "Camille Martin", tenant: PERSONAL_TENANT };
  const client = { id: CLIENT.id, name: "Rollcall", secrets: [{ value: CLIENT.secret }], redirectUris: [] };
  const login = await startMicrosoftLogin({
    certificate,
    clock,
    tenants: [],
    accounts: [account],
    clients: [client],
  });
  // Most schedules are shorter; what a refresh does is told elsewhere.
  login.setAccessTokenLife(ACCESS_TOKEN_SECONDS);
  const calendars = [{ name: "Calendar" }, { name: CALENDAR }];
  const seed = {
    accounts: [{ account: COACH, displayName: "Camille Martin", calendars, contacts: CONTACTS }],
  };
  const services: Services = {
    login,
    graph: await startGraph({ certificate, clock, readToken: login.readToken, seed }),
    smtp: await startSmtp({ certificate, clock, accounts: [SENDER] }),
    imap: await startImap({ certificate, clock, accounts: [SENDER] }),
    storage: await startStorage(clock),
    ports: {} as Record<ServiceName, number>,
    clock,
    hostsStarted: 0,
    trouble: () => undefined,
    close: async () => {
      await Promise.all(Object.values(started).map((service) => service.close()));
    },
  };
  const { graph, smtp, imap, storage } = services;
  const started = { login, graph, smtp, imap, storage };
  for (const [name, { port, faults }] of Object.entries(started) as [ServiceName, Started][]) {
    services.ports[name] = port;
    faults.add({ decide: (request) => services.trouble(name, request) });
  }
  return services;
}

interface Started {
  port: number;
  faults: Faults;
}
