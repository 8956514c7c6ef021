import { app } from "@azure/functions";

// What a handler throws is logged by the host, message and stack; so it is cleaned on its way there.
app.hook.postInvocation(async (context) => {
  if (!(context.error instanceof Error)) return;
  const { describeError, redact } = await import("../shared/redact.ts");
  const { name, message } = context.error;
  context.error = Object.assign(new Error(redact(message)), { name, stack: describeError(context.error) });
});
