import { createHash } from "node:crypto";

/** Text that is HTML already. Only `html` makes it, so nothing unescaped gets into a page. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | readonly Html[] | undefined;

/** HTML of a template: what is filled in is escaped, but for what is HTML already; undefined is nothing. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(textOf)));
}

function textOf(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "string" || typeof part === "number") return escapeHtml(String(part));
  return part.map(({ text }) => text).join("");
}

/** Escaped for text between tags and for attributes in quotes of either kind. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** An answer for a person's browser. */
export interface Page {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * A whole page. It runs no script, loads nothing, sends no form and fits in no frame; only its own style counts.
 * @param options.sendsForms  its forms may be sent, to ourselves
 */
export function page(
  status: number,
  title: string,
  content: Html,
  { sendsForms = false }: { sendsForms?: boolean } = {},
): Page {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} - Rollcall</title>
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`;
  const headers = {
    "content-type": "text/html; charset=utf-8",
    ...SECURITY_HEADERS,
    ...(sendsForms ? { "content-security-policy": contentPolicy("'self'") } : {}),
  };
  return { status, headers, body: document.text };
}

const PROBLEM_TITLES: Readonly<Record<number, string>> = {
  400: "This address is not right",
  404: "There is no such page",
  503: "Rollcall is not ready for this",
};

/** What a browser is told where a program gets a problem. */
export function problemPage(status: number, detail: string): Page {
  return page(status, PROBLEM_TITLES[status] ?? "Something went wrong", html`<p>${detail}</p>`);
}

const STYLE = `
:root { font: 1.0625rem/1.5 system-ui, sans-serif; --ink: #1b1f24; --paper: #fff; --ground: #f3f4f6; --quiet: #4b5563; --accent: #0b5cad; --on-accent: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --paper: #1f2328; --ground: #121417; --quiet: #b6bcc5; --accent: #8ab9f1; --on-accent: #10243a } }
body { margin: 0; background: var(--ground); color: var(--ink) }
main { box-sizing: border-box; max-width: 38rem; min-height: 60vh; margin: 0 auto; padding: 2rem 1.25rem; background: var(--paper) }
@media (min-width: 40rem) { main { margin: 3rem auto; padding: 2.5rem 3rem; border-radius: .75rem; min-height: 0 } }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem }
a { color: var(--accent) }
a.button, button { display: block; box-sizing: border-box; width: 100%; margin: 1rem 0; padding: .75rem 1rem; border: 0; border-radius: .5rem; background: var(--accent); color: var(--on-accent); font: inherit; text-align: center; text-decoration: none; cursor: pointer }
a.button.second { background: transparent; color: var(--accent); box-shadow: inset 0 0 0 2px var(--accent) }
a:focus-visible, button:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px }
ul { padding-left: 1.25rem }
li, dd, p, strong { overflow-wrap: anywhere }
details { margin-top: 2rem; color: var(--quiet) }
dt { font-weight: 600; margin-top: .5rem }
dd { margin: 0 }
code { font-size: .9em }
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** @see https://owasp.org/www-project-secure-headers */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": contentPolicy("'none'"),
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

function contentPolicy(formAction: string): string {
  return `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`;
}
