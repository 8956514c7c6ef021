import type { AccessTokens } from "../oauth/access-token.ts";

/** What one run counts while it works. */
export interface Meter {
  requests: number;
  throttled: boolean;
}

/** What a road needs to know of the run that travels it. */
export interface Metered {
  token: (options: { renew: boolean }) => Promise<string>;
  signal: AbortSignal;
  onRequest: () => void;
  onThrottled: () => void;
}

/** Has a run's requests counted, those for its tokens with them. */
export function metered(
  tokens: AccessTokens,
  connection: string,
  { signal, meter }: { signal: AbortSignal; meter: Meter },
): Metered {
  const onRequest = (): void => {
    meter.requests += 1;
  };
  return {
    token: ({ renew }) => tokens.get(connection, { signal, onRequest, renew }),
    signal,
    onRequest,
    onThrottled: () => {
      meter.throttled = true;
    },
  };
}
