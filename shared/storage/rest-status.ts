import * as z from "zod";

const RestFailure = z.object({ statusCode: z.number() });

/** The HTTP status a storage client's error came with; undefined for any other error. The clients share it by its form only. */
export function statusOf(error: unknown): number | undefined {
  return RestFailure.safeParse(error).data?.statusCode;
}

/** Takes "it is not there" for an answer. */
export async function unlessMissing<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
