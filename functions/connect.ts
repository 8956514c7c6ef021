import type { HttpHandler } from "@azure/functions";
import { answering } from "./answers.ts";
import { httpAnswerOf, tellTo } from "./browser-answers.ts";
import { consent } from "./capabilities.ts";

/** A connect link of a mail or a report: sends its holder to the provider's consent page, once. */
export const handler: HttpHandler = (request, context) =>
  answering(
    context,
    async () => {
      const service = await consent.service();
      return httpAnswerOf(await service.open(request.params["ticket"] ?? ""));
    },
    tellTo(request),
  );
