import type { HttpHandler } from "@azure/functions";
import { answering } from "./answers.ts";
import { httpAnswerOf, tellTo } from "./browser-answers.ts";
import { consent } from "./capabilities.ts";

/** Sends a browser to the provider's consent page, to connect an account. */
export const handler: HttpHandler = (request, context) =>
  answering(
    context,
    async () => {
      const service = await consent.service();
      const query = Object.fromEntries(request.query);
      return httpAnswerOf(await service.start(request.params["provider"], query));
    },
    tellTo(request),
  );
