import type { EmulatorAnswer, EmulatorRequest } from "../exchange.ts";
import type { Greeting, MediatorService } from "./service.ts";
import { crash } from "./pages.ts";
import { type MediatorUser, withAlias } from "./users.ts";

/** A body that is JSON and has what is asked for first; the rest is as it came. */
interface StatusBody {
  email: unknown;
  status: unknown;
  message?: unknown;
}

/**
 * `/api/setstatus`: switches the greeting for absence in the voice-mail system, with the text to speak. What is checked,
 * in which order, and what is not checked at all, is as in vmo-mediator.py.
 * @see https://github.com/clintmann/vmo3/blob/master/vmo-mediator/vmo-mediator.py
 */
export function setStatus(service: MediatorService, request: EmulatorRequest): EmulatorAnswer {
  const body = readBody(request);
  if (!body) return result("Invalid JSON", 400);
  const { email, status, message } = body;
  const hasMessage = Object.hasOwn(body, "message");
  // It prints both before it looks at them: print("The message is: '"+message+"'")
  if (hasMessage && typeof message !== "string") return crash("TypeError: must be str");
  if (typeof email !== "string" || typeof status !== "string") return crash("TypeError: must be str");
  // The statement is put together from texts, so an apostrophe ends the text in it.
  if (email.includes("'")) return crash("sqlite3.OperationalError: near the address: syntax error");

  const user = withAlias(service.state.value.users, email);
  if (!user) return result("Not Found", 404);
  if (!hasMessage) return crash("UnboundLocalError: local variable 'message' referenced before assignment");
  return tellVoiceMail(service, user, status, String(message));
}

function readBody({ json }: EmulatorRequest): StatusBody | undefined {
  let body: unknown;
  try {
    body = json();
  } catch {
    return undefined;
  }
  const isComplete = typeof body === "object" && body !== null && "email" in body && "status" in body;
  return isComplete ? (body as StatusBody) : undefined;
}

function tellVoiceMail(
  service: MediatorService,
  user: MediatorUser,
  action: string,
  message: string,
): EmulatorAnswer {
  const { voiceMailAnswer } = service.settings;
  if (voiceMailAnswer === "unreachable") {
    return result(
      "HTTPConnectionPool(host='ucxn', port=80): Max retries exceeded (Caused by NewConnectionError)",
      403,
    );
  }
  if (voiceMailAnswer !== 200) return result("Internal Error", voiceMailAnswer);
  const greeting: Greeting = {
    at: service.now(),
    alias: user.Alias,
    extension: user.Extension,
    action,
    // An empty text is not sent on: the voice-mail system keeps the one it has.
    ...(message === "" ? {} : { message }),
  };
  service.greetings.push(greeting);
  service.onGreeting(greeting);
  user.AlternateGreetingEnabled = action;
  const theirs = withAlias(service.state.value.voiceMail, user.Alias);
  if (theirs) theirs.AlternateGreetingEnabled = action;
  return result("True", 200);
}

function result(text: string, status: number): EmulatorAnswer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: `${JSON.stringify({ result: text })}\n`,
  };
}
