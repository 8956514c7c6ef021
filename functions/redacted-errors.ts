import { app } from "@azure/functions";
import { describeError, redact } from "../shared/redact.ts";

// What a handler throws is logged by the host, message and stack; so it is cleaned on its way there.
app.hook.postInvocation((context) => {
  if (!(context.error instanceof Error)) return;
  const { name, message } = context.error;
  context.error = Object.assign(new Error(redact(message)), { name, stack: describeError(context.error) });
});
