/** One request to the monitor's `POST /monitor`. */
export interface Registration {
  email: string;
  /** "True" starts, "False" ends it. */
  status: string;
  /** undefined when no answer came. */
  answered?: number;
  /** The body of the answer, or why there was none. */
  text: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Says whom to monitor, as vmo-mediator does: `/monitor` behind the base URL it was given, nothing else than JSON, no
 * header that would name it.
 */
export async function register(monitorUrl: string, email: string, status: string): Promise<Registration> {
  try {
    const response = await fetch(`${monitorUrl}/monitor`, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "python-requests/2.21.0", accept: "*/*" },
      body: JSON.stringify({ email, status }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { email, status, answered: response.status, text: await response.text() };
  } catch (error) {
    return { email, status, text: String(error) };
  }
}
