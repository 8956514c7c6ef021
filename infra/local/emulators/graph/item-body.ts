import { escapeHtml } from "../html.ts";
import type { ItemBody } from "./state.ts";

const PREVIEW_LENGTH = 255;

/**
 * A body in the format asked for. Reading gives HTML whatever was stored, unless
 * `Prefer: outlook.body-content-type="text"` asks for text.
 * @see https://learn.microsoft.com/graph/api/user-list-messages
 */
export function shownBody(body: ItemBody, wanted: "text" | "html"): ItemBody {
  if (body.contentType === wanted) return body;
  if (wanted === "text") return { contentType: "text", content: textOf(body) };
  const content = `<html><head></head><body><div style="white-space: pre-wrap">${escapeHtml(body.content)}</div></body></html>`;
  return { contentType: "html", content };
}

export function preview(body: ItemBody): string {
  return textOf(body).slice(0, PREVIEW_LENGTH);
}

function textOf({ contentType, content }: ItemBody): string {
  return contentType === "text" ? content : content.replaceAll(/<[^>]*>/g, "").trim();
}
