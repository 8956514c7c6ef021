import type { HttpHandler } from "@azure/functions";
import { CALENDAR_CONTENT_TYPE } from "../shared/absence/away-calendar.ts";
import { answering } from "./answers.ts";
import { absence } from "./capabilities.ts";

/** Who is away when, for a calendar program. */
export const handler: HttpHandler = (_request, context) =>
  answering(context, async () => {
    const service = await absence.service();
    return {
      status: 200,
      headers: { "content-type": CALENDAR_CONTENT_TYPE },
      body: await service.calendar(),
    };
  });
