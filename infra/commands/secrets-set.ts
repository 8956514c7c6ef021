/** `npm run secrets:set -- NAME` stores what it reads from stdin as a secret. */
import { text } from "node:stream/consumers";
import { systemClock } from "../../shared/clock.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import { SECRET_NAMES, isSecretName, nearestSecretName } from "../../shared/secrets/secret-names.ts";
import { InputError, UsageError, runCommand } from "./run-command.ts";

await runCommand(async () => {
  const name = nameFrom(process.argv.slice(2));
  const store = secretStoreFrom(process.env, { clock: systemClock });
  if (process.stdin.isTTY) console.error(`The value of ${name}, then Enter and Ctrl-D (it is visible):`);
  // A value that was typed or echoed ends in a line break that is not part of it.
  const value = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (value === "") throw new InputError(`Nothing was stored: the value of ${name} on stdin is empty.`);
  await store.set(name, value);
  console.log(`Stored ${name} in ${store.place}.`);
});

function nameFrom(args: string[]): string {
  const [name, ...others] = args;
  if (name === undefined || others.length > 0) {
    throw new UsageError(
      `Usage: npm run secrets:set -- NAME, with the value on stdin. NAME is one of:\n${SECRET_NAMES.map((each) => `  ${each}`).join("\n")}`,
    );
  }
  if (isSecretName(name)) return name;
  const nearest = nearestSecretName(name);
  const hint = nearest ? ` Did you mean ${nearest}?` : "";
  throw new UsageError(
    `Nothing reads a secret named ${name}.${hint} Known names:\n${SECRET_NAMES.map((each) => `  ${each}`).join("\n")}`,
  );
}
