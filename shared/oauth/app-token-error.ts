import { DeadlineError } from "../http/deadline.ts";
import { readMicrosoftRefusal } from "./aadsts.ts";
import type { Refusal } from "./token-refusal.ts";

interface AppTokenErrorDetails {
  /** What happened, as the end of a sentence. */
  reason: string;
  /** One line an operator can act on. */
  whatToDo: string;
  /** The service's own code, such as `AADSTS7000215`. */
  serviceCode?: string | undefined;
  cause?: unknown;
}

/** No access token for the app itself. Tells why and what to do; never a token or a secret. */
export class AppTokenError extends Error {
  override readonly name = "AppTokenError";
  readonly whatToDo: string;
  readonly serviceCode: string | undefined;

  constructor({ reason, whatToDo, serviceCode, cause }: AppTokenErrorDetails) {
    const code = serviceCode === undefined ? "" : ` (${serviceCode})`;
    super(
      `Microsoft gave no access token for the app itself: ${reason}${code}. ${whatToDo}`,
      cause === undefined ? {} : { cause },
    );
    this.whatToDo = whatToDo;
    this.serviceCode = serviceCode;
  }

  /**
   * Of whatever the library threw. Its own message is not kept: it may quote what was sent.
   * @param secret  is taken out of the service's words
   */
  static from(error: unknown, secret: string): AppTokenError {
    if (error instanceof DeadlineError) {
      return new AppTokenError({
        reason: "the login service was too slow",
        whatToDo: TRY_AGAIN,
        cause: error,
      });
    }
    const refusal = refusalIn(error, [secret]);
    if (!refusal)
      return new AppTokenError({ reason: `the login service was not reached`, whatToDo: TRY_AGAIN });
    const { kind, reason, serviceCode } = refusal;
    return new AppTokenError({ reason, serviceCode, whatToDo: ADVICE[kind] ?? REGISTRATION });
  }

  static withoutSecret(name: string, place: string): AppTokenError {
    return new AppTokenError({
      reason: `there is no secret ${name} in ${place}`,
      whatToDo: STORE_SECRET,
    });
  }
}

/** Whether it is the client secret that the login service did not take. */
export function isSecretRefused(error: unknown): boolean {
  return refusalIn(error, [])?.kind === "secret";
}

const TRY_AGAIN = "The next try may have more luck.";
const STORE_SECRET =
  "Store the Value (not the Secret ID) of a valid client secret of the app registration with `npm run secrets:set -- microsoft-client-secret`.";
const REGISTRATION =
  "Check MICROSOFT_CLIENT_ID and MICROSOFT_APP_TENANT: the app has to be registered, or consented to by an administrator, in that tenant.";
const ADVICE: Partial<Record<Refusal["kind"], string>> = { transient: TRY_AGAIN, secret: STORE_SECRET };

/** The library puts the service's answer into its message: `7000215 - [2026-…]: AADSTS7000215: Invalid client secret …`. */
function refusalIn(error: unknown, secrets: readonly string[]): Refusal | undefined {
  const description = error instanceof Error ? /AADSTS\d+:[^\r\n]*/u.exec(error.message)?.[0] : undefined;
  if (description === undefined) return undefined;
  return readMicrosoftRefusal({ error: "invalid_request", error_description: description }, secrets);
}
