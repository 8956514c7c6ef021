import type { EmulatorAnswer } from "../emulator.ts";
import type { Call } from "./call.ts";
import { bodyOf, option } from "./call.ts";
import { extensionsToChange, instanceIn } from "./events.ts";
import { readFilter } from "./filter.ts";
import { touch } from "./ids.ts";
import { entityAnswer } from "./odata.ts";
import {
  createExtension,
  extensionName,
  renderExtension,
  replaceExtension,
  requireExtension,
} from "./open-extension.ts";
import type { Extensions } from "./seed.ts";

const ENTITY = { type: "openTypeExtension" };

/** An Outlook item shows an extension only to who names it: without `$filter=id eq '…'` the list is empty. */
export function listExtensions(call: Call): EmulatorAnswer {
  const { extensions } = instanceIn(call);
  const asked = readFilter(option(call, "$filter") ?? "").find(({ path }) => path.toLowerCase() === "id");
  const name = extensionName(String(asked?.value ?? ""));
  const properties = extensions[name];
  return { status: 200, body: { value: properties ? [renderExtension(name, properties)] : [] } };
}

/** @see https://learn.microsoft.com/graph/api/opentypeextension-get */
export function getExtension(call: Call): EmulatorAnswer {
  const name = nameIn(call);
  return entityAnswer(
    call,
    renderExtension(name, requireExtension(instanceIn(call).extensions, name)),
    ENTITY,
  );
}

/** @see https://learn.microsoft.com/graph/api/opentypeextension-post-opentypeextension */
export function postExtension(call: Call): EmulatorAnswer {
  return changed(call, (extensions) => createExtension(extensions, bodyOf(call)), 201);
}

/** @see https://learn.microsoft.com/graph/api/opentypeextension-update */
export function patchExtension(call: Call): EmulatorAnswer {
  const name = nameIn(call);
  return changed(call, (extensions) => {
    replaceExtension(extensions, name, bodyOf(call));
    return name;
  });
}

/** @see https://learn.microsoft.com/graph/api/opentypeextension-delete */
export function deleteExtension(call: Call): EmulatorAnswer {
  const name = nameIn(call);
  const instance = instanceIn(call);
  requireExtension(instance.extensions, name);
  delete extensionsToChange(instance)[name];
  touch(instance.stored, call.now);
  return { status: 204 };
}

function changed(call: Call, change: (extensions: Extensions) => string, status = 200): EmulatorAnswer {
  const instance = instanceIn(call);
  const extensions = extensionsToChange(instance);
  const name = change(extensions);
  touch(instance.stored, call.now);
  return entityAnswer(call, renderExtension(name, requireExtension(extensions, name)), ENTITY, status);
}

function nameIn({ parameters }: Call): string {
  return extensionName(parameters["extension"] ?? "");
}
