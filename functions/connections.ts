import type { HttpHandler } from "@azure/functions";
import { answering } from "./answers.ts";
import { connections } from "./capabilities.ts";

/** How every connection and client secret is, and what to do about it. */
export const handler: HttpHandler = (_request, context) =>
  answering(context, async () => {
    const service = await connections.service();
    // It holds links that open the consent page, each once.
    const headers = { "cache-control": "no-store" };
    return { status: 200, headers, jsonBody: await service.overview() };
  });
