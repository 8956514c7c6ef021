import type { HttpHandler } from "@azure/functions";
import { answering } from "./answers.ts";
import { connections } from "./capabilities.ts";

/** How every connection and client secret is, and what to do about it. */
export const handler: HttpHandler = (_request, context) =>
  answering(context, async () => ({
    status: 200,
    jsonBody: await (await connections.service()).overview(),
  }));
