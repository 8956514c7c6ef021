/** A host of the app as far as tokens go, in a process of its own: for tests that need two of them, or a dead one. */
import { systemClock } from "../../shared/clock.ts";
import { type AccessTokens } from "../../shared/oauth/access-token.ts";
import { microsoftAccessTokens, webexAccessTokens } from "../../shared/oauth/open-access-tokens.ts";
import type { Provider } from "../../shared/oauth/provider.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { rememberingLogger } from "../fakes/remembering-logger.ts";

/** So many instances of the app, just started, each asked for the token of one connection so many times at once. */
export interface HostOrder {
  provider: Provider;
  connection: string;
  instances: number;
  calls: number;
}

export interface HostReport {
  /** How many different access tokens each instance gave out. */
  tokens: number[];
  failures: string[];
}

const clock = systemClock;

function open(provider: Provider): AccessTokens {
  const secrets = secretStoreFrom(process.env, { clock });
  const storage = storageAccountFrom(process.env, { clock });
  const logger = rememberingLogger();
  const options = { secrets, storage, clock, logger, capability: "registration" } as const;
  return provider === "webex"
    ? webexAccessTokens(process.env, options)
    : microsoftAccessTokens(process.env, options);
}

async function carryOut({ provider, connection, instances, calls }: HostOrder): Promise<HostReport> {
  const failures: string[] = [];
  const ask = async (): Promise<number> => {
    const tokens = open(provider);
    const got = new Set<string>();
    await Promise.all(
      Array.from({ length: calls }, async () => {
        try {
          got.add(await tokens.get(connection));
        } catch (error) {
          failures.push(String(error));
        }
      }),
    );
    return got.size;
  };
  const tokens = await Promise.all(Array.from({ length: instances }, ask));
  return { tokens, failures };
}

process.on("message", (order: HostOrder) => {
  void carryOut(order).then((report) => process.send?.(report));
});
