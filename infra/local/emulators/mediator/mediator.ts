import { answerNamedControl } from "../control.ts";
import { startEmulator } from "../emulator.ts";
import type { Emulator, EmulatorAnswer, EmulatorOptions, EmulatorRequest } from "../emulator.ts";
import { openState } from "../state.ts";
import { register } from "./monitor-client.ts";
import type { Registration } from "./monitor-client.ts";
import { crash, listUsersPage, methodNotAllowed, notFound, page } from "./pages.ts";
import type { Greeting, MediatorService, MediatorSettings } from "./service.ts";
import { setStatus } from "./set-status.ts";
import { stateOf, synchronize, voiceMailUser } from "./users.ts";
import type { UserSeed } from "./users.ts";

export interface MediatorOptions extends Partial<EmulatorOptions> {
  /** `mail-interface` in its package_config.ini: the monitor's base URL. May be set later. */
  monitorUrl?: string;
  /** Who has voice mail. */
  users?: UserSeed[];
  /** Keeps the table over a restart; in memory unless given. */
  stateFile?: string;
  onGreeting?: (greeting: Greeting) => void;
}

export interface Mediator extends Emulator, MediatorControls {
  readonly settings: MediatorSettings;
  readonly greetings: readonly Greeting[];
  readonly registrations: readonly Registration[];
}

/** What a person does in its pages, and the voice-mail system's administrator in that one. */
interface MediatorControls {
  /** The latest greeting of somebody; undefined when there was none. */
  greeting(alias: string): Greeting | undefined;
  /** Into the voice-mail system and the table; `syncdbs` does the same for what was added to the former only. */
  addUser(seed: UserSeed): void;
  /** From the table, as after "Clear the User Table" for one: setstatus answers 404 then. */
  removeUser(alias: string): void;
  /** The button in the list. @returns what was answered */
  toggle(alias: string): Promise<EmulatorAnswer>;
}

/**
 * vmo-mediator, between the monitor and a voice-mail system (which is in here too, as far as it is asked): plain HTTP,
 * without a key, as its author has it. What it does is in vmo-mediator.py, its mistakes included.
 * @see https://github.com/clintmann/vmo3/tree/master/vmo-mediator
 */
export async function startMediator(options: MediatorOptions = {}): Promise<Mediator> {
  const { monitorUrl = "", users = [], stateFile, onGreeting, ...rest } = options;
  const service: MediatorService = {
    state: openState(stateFile, () => stateOf(users)),
    settings: { monitorUrl, voiceMailAnswer: 200 },
    now: () => rest.clock?.now() ?? new Date(),
    greetings: [],
    onGreeting: (greeting) => onGreeting?.(greeting),
    registrations: [],
  };
  const controls = controlsOf(service);
  const emulator = await startEmulator("mediator", { certificate: "none", ...rest }, async (request) => {
    const answer = request.path.startsWith("/_control/")
      ? await answerControl(controls, service, request)
      : await route(service, request);
    if (request.method !== "GET" || answer.status === 302) await service.state.save();
    return answer;
  });
  const { settings, greetings, registrations } = service;
  return { ...emulator, ...controls, settings, greetings, registrations };
}

function controlsOf(service: MediatorService): MediatorControls {
  const { state, greetings } = service;
  return {
    greeting: (alias) => greetings.findLast((greeting) => greeting.alias === alias),
    addUser: (seed) => {
      const user = voiceMailUser(seed, state.value.voiceMail.length);
      state.value.voiceMail.push(user);
      state.value.users.push({ ...user, Active: (seed.active ?? true) ? "True" : "False" });
    },
    removeUser: (alias) => {
      state.value.users = state.value.users.filter(({ Alias }) => Alias !== alias);
    },
    toggle: (alias) => toggleStatus(service, alias),
  };
}

async function answerControl(
  controls: MediatorControls,
  { settings, greetings, registrations }: MediatorService,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  const more = {
    greetings: () => greetings,
    registrations: () => registrations,
    settings: (changes: Partial<MediatorSettings>) => Object.assign(settings, changes),
  };
  return answerNamedControl({ ...controls, ...more }, request);
}

function route(service: MediatorService, request: EmulatorRequest): EmulatorAnswer | Promise<EmulatorAnswer> {
  const [, first = "", second = ""] = request.path.split("/");
  const isPost = request.method === "POST";
  if (!isPost && request.method !== "GET") return methodNotAllowed();
  switch (first === "api" ? `api/${second}` : first) {
    case "api/setstatus":
      return setStatus(service, request);
    case "api/setup":
      return setUp(service);
    case "toggle_status":
      return toggleStatus(service, decodeURIComponent(second));
    case "":
    case "home.html":
      return isPost ? methodNotAllowed() : listUsersPage(service.state.value);
    case "about":
      return isPost ? methodNotAllowed() : page("About VMO3", "");
    case "syncdbs":
      return isPost ? methodNotAllowed() : synchronized(service);
    case "clear-tables":
      service.state.value.users = [];
      return page("Clear the User Table", "<p>Users: Deleted</p>");
    default:
      return notFound();
  }
}

/** Everybody in the table, one after the other; whatever became of it, the answer is that it went well. */
async function setUp(service: MediatorService): Promise<EmulatorAnswer> {
  for (const { Alias, Active } of service.state.value.users) await tellMonitor(service, Alias, Active);
  return { status: 200, headers: { "content-type": "application/json" }, body: '{"result":"True"}\n' };
}

async function toggleStatus(service: MediatorService, alias: string): Promise<EmulatorAnswer> {
  const user = service.state.value.users.find(({ Alias }) => Alias === alias);
  if (!user) return crash("KeyError: 'Active'");
  user.Active = user.Active === "True" ? "False" : "True";
  const { answered } = await tellMonitor(service, alias, user.Active);
  if (answered === undefined)
    return crash("UnboundLocalError: local variable 'resp' referenced before assignment");
  return { status: 302, headers: { location: "/" } };
}

async function tellMonitor(service: MediatorService, alias: string, status: string): Promise<Registration> {
  const registration = await register(service.settings.monitorUrl, alias, status);
  service.registrations.push(registration);
  return registration;
}

function synchronized({ state, now }: MediatorService): EmulatorAnswer {
  synchronize(state.value);
  state.value.lastSynchronized = now().toISOString().slice(0, 16).replace("T", " ");
  return { status: 302, headers: { location: "/" } };
}
