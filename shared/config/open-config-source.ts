import * as z from "zod";
import type { Clock } from "../clock.ts";
import { configBlobs } from "./config-blobs.ts";
import { type ConfigSource, configFolder } from "./config-folder.ts";
import { type Environment, parseSettings, SettingsError } from "./settings.ts";

const Settings = z.object({ CONFIG_DIR: z.string().default("config") });

/**
 * Opens what CONFIG_DIR names: a folder, or a blob container by its URL. Nothing is read yet.
 * @throws {SettingsError} it is a URL, but not one of a container
 */
export function openConfigSource(env: Environment, { clock }: { clock: Clock }): ConfigSource {
  const { CONFIG_DIR: configDir } = parseSettings(env, Settings);
  if (!/^https?:\/\//iu.test(configDir)) return configFolder(configDir);
  const connectionString = env["AzureWebJobsStorage"];
  return configBlobs(containerUrl(configDir, connectionString), { clock, connectionString });
}

function containerUrl(configDir: string, connectionString: string | undefined): string {
  const url = URL.canParse(configDir) ? new URL(configDir) : undefined;
  const path = url?.pathname.replace(/\/+$/u, "") ?? "";
  if (!url || path === "" || url.username || url.password || url.hash) {
    throw new SettingsError(
      "CONFIG_DIR is a URL, but not one of a blob container, such as https://ACCOUNT.blob.core.windows.net/config.",
    );
  }
  if (url.search) {
    throw new SettingsError(
      "CONFIG_DIR has a query. Give the URL of the container alone: it is read with the app's identity, not with a signature.",
    );
  }
  // An identity's token does not go over a connection that can be listened to.
  if (url.protocol === "http:" && !connectionString) {
    throw new SettingsError(
      "CONFIG_DIR is an http URL: that is for the storage account of AzureWebJobsStorage's connection string only, such as Azurite.",
    );
  }
  return url.origin + path;
}
