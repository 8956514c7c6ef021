import type { HttpHandler } from "@azure/functions";
import { answering } from "./answers.ts";
import { absence } from "./capabilities.ts";

/** Who is watched, and what is known of them. */
export const handler: HttpHandler = (_request, context) =>
  answering(context, async () => {
    const service = await absence.service();
    return { status: 200, jsonBody: { users: await service.list() } };
  });
