import type { EmulatorAnswer } from "./exchange.ts";

/** A page of a sign-in service, for people and for tests that read it. */
export function signInHtml(status: number, title: string, content: string): EmulatorAnswer {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>${title} (emulator)</title>
  </head>
  <body>
    ${content}
  </body>
</html>
`,
  };
}
