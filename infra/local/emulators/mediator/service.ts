import type { State } from "../state.ts";
import type { Registration } from "./monitor-client.ts";
import type { MediatorState } from "./users.ts";

/** What every route of the mediator works with. */
export interface MediatorService {
  state: State<MediatorState>;
  settings: MediatorSettings;
  now(): Date;
  /** What the voice-mail system was told, oldest first. */
  greetings: Greeting[];
  onGreeting(greeting: Greeting): void;
  /** What the monitor was told, oldest first. */
  registrations: Registration[];
}

/** What can be changed while the emulator runs. */
export interface MediatorSettings {
  /** The monitor's base URL, to which `/monitor` is appended. */
  monitorUrl: string;
  /** What the voice-mail system answers with, or that it does not. */
  voiceMailAnswer: number | "unreachable";
}

/** `POST /ucxn/users/{CallHandlerObjectId}/greeting` of the voice-mail system. */
export interface Greeting {
  at: Date;
  alias: string;
  extension: string;
  /** "True" turns the greeting for absence on. */
  action: string;
  /** To be spoken; absent when it was empty. */
  message?: string;
}
