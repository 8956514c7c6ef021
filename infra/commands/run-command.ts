import { SettingsError } from "../../shared/config/settings.ts";
import { SecretStoreError } from "../../shared/secrets/secret-store.ts";

/** The command was called wrongly: says how it is called. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something the command was given is not as it should be: says what. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Runs a command: exit code 0 when it did its work, 2 when it was called wrongly, 1 otherwise. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    const isForPeople = [UsageError, InputError, SettingsError, SecretStoreError].some(
      (kind) => error instanceof kind,
    );
    console.error(isForPeople && error instanceof Error ? error.message : error);
  }
}
