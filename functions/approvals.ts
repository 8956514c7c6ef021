import type { HttpHandler } from "@azure/functions";
import { answering, problemAnswer } from "./answers.ts";
import { tellTo, wantsPage } from "./browser-answers.ts";
import { membership } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";
import { tellOfTrouble } from "./tell-of-trouble.ts";

/**
 * An approval link of a mail or a report: GET and HEAD show a held plan, POST applies it, once. Whoever posts has the
 * link, and needs nothing that a browser would add by itself: no other page can have the form sent without knowing it.
 */
export const handler: HttpHandler = (request, context) =>
  answering(
    context,
    async () => {
      const service = await membership.service();
      const token = request.params["token"] ?? "";
      const log = loggerOf(context);
      const answer =
        request.method === "POST" ? await service.approve(token, log) : await service.viewApproval(token);
      const { status, page, json, detail, location } = answer;
      if (answer.isTrouble) await tellOfTrouble(log);
      const headers = location === undefined ? {} : { location };
      if (wantsPage(request)) return { ...page, headers: { ...page.headers, ...headers } };
      if (detail !== undefined) return problemAnswer(status, detail, json ?? {});
      return { status, headers, jsonBody: json };
    },
    tellTo(request),
  );
