import type { EmulatorAnswer } from "../exchange.ts";
import { escapeHtml } from "../html.ts";
import type { MediatorState, MediatorUser } from "./users.ts";

const HTML = { "content-type": "text/html; charset=utf-8" };

/** `/`: who is in the table, with a button each, as list-users.html has it. */
export function listUsersPage({ users, lastSynchronized }: MediatorState): EmulatorAnswer {
  const rows = users.map(userRow).join("\n");
  return page(
    "VMO3 Mediator",
    `<p>Last synchronized: ${escapeHtml(lastSynchronized)}. <a href="/syncdbs">Synchronize the User Table</a>,
<a href="/clear-tables">Clear the User Table</a></p>
<table><tr><th>Alias<th>Extension<th>Alternate Greeting<th>VMO Enabled<th></tr>
${rows}
</table>`,
  );
}

function userRow({ Alias, Extension, AlternateGreetingEnabled, Active }: MediatorUser): string {
  const cells = [Alias, Extension, AlternateGreetingEnabled, Active].map((text) => `<td>${escapeHtml(text)}`);
  return `<tr>${cells.join("")}<td><a href="/toggle_status/${encodeURIComponent(Alias)}">Toggle</a></tr>`;
}

export function page(title: string, content: string, status = 200): EmulatorAnswer {
  const body = `<!doctype html><html lang="en"><title>${escapeHtml(title)}</title><h1>${escapeHtml(title)}</h1>${content}</html>`;
  return { status, headers: HTML, body };
}

/** What Flask shows of an exception in debug mode, in which vmo-mediator runs. */
export function crash(exception: string): EmulatorAnswer {
  return page(`${exception} // Werkzeug Debugger`, "", 500);
}

export function notFound(): EmulatorAnswer {
  const text =
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.";
  return page("404 Not Found", `<p>${text}</p>`, 404);
}

export function methodNotAllowed(): EmulatorAnswer {
  return page("405 Method Not Allowed", "<p>The method is not allowed for the requested URL.</p>", 405);
}
