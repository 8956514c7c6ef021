import type { Greeting } from "./emulators/mediator/service.ts";

/** One line for a greeting that the voice-mail system was told to switch. */
export function printGreeting({ at, alias, action, message }: Greeting): void {
  const spoken = message === undefined ? "" : `: “${message.replaceAll(/\s*\n\s*/g, " / ")}”`;
  const greeting = action === "True" ? `greeting for absence${spoken}` : "usual greeting";
  console.log(`${at.toISOString().slice(11, 19)} Voice mail of ${alias}: ${greeting}`);
}
