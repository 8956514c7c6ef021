import type { Call, Json } from "./call.ts";
import { option } from "./call.ts";
import { badRequest } from "./graph-error.ts";
import type { EventInstance } from "./instances.ts";
import { extensionName, renderExtension } from "./open-extension.ts";
import type { ExtensionExpand } from "./settings.ts";

const EXTENSIONS = /^extensions(?:\((.*)\))?$/i;
const ID_FILTER = /\$filter=\s*id\s+eq\s+'((?:[^']|'')*)'/i;

/**
 * Adds the open extension that `$expand=extensions($filter=id eq 'name')` asks for. The name may be the qualified one.
 * Without the filter nothing comes back (the real service has also been seen to fail:
 * https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1540).
 * @see https://learn.microsoft.com/graph/api/opentypeextension-get
 */
export function expandExtensions(
  call: Call,
  event: Json,
  { extensions }: EventInstance,
  mode: ExtensionExpand,
): Json {
  const wanted = wantedExtension(call);
  if (wanted === undefined || mode === "ignores") return event;
  const properties = extensions[wanted];
  if (properties === undefined && mode === "omits-empty") return event;
  return { ...event, extensions: properties ? [renderExtension(wanted, properties)] : [] };
}

/** @throws {GraphError} 400: another expansion, or extensions to a token that may not read them */
function wantedExtension(call: Call): string | undefined {
  const expand = option(call, "$expand")?.trim() ?? "";
  if (expand === "" || !call.may("Calendars.Read")) return undefined;
  const match = EXTENSIONS.exec(expand);
  if (!match)
    throw badRequest(`Parsing OData Select and Expand failed: '${expand}' cannot be expanded here.`);
  const id = ID_FILTER.exec(match[1] ?? "")?.[1];
  return id === undefined ? undefined : extensionName(id.replaceAll("''", "'"));
}
