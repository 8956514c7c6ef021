import type { HttpHandler } from "@azure/functions";
import { answering } from "./answers.ts";
import { httpAnswerOf, tellTo } from "./browser-answers.ts";
import { consent } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";

/** Where a provider sends the browser back to. Its `code` is the provider's, not a key of ours. */
export const handler: HttpHandler = (request, context) =>
  answering(
    context,
    async () => {
      const service = await consent.service();
      const query = Object.fromEntries(request.query);
      const cookies = request.headers.get("cookie");
      return httpAnswerOf(
        await service.finish(request.params["provider"], query, cookies, loggerOf(context)),
      );
    },
    tellTo(request),
  );
