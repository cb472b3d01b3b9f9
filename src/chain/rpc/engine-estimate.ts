/**
 * The engine's estimate; undefined where a call inside the transaction runs out of gas with any limit, which the engine refuses
 * to estimate. Such a transaction can succeed as a whole: a delivered bundle does whose calls fail.
 */
export async function orUndefined<Answer>(estimate: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await estimate;
  } catch (error) {
    if (reasonIn(error) === "InternalCallOutOfGas") return undefined;
    throw error;
  }
}

/** Hardhat's discriminator of an estimate that failed. */
function reasonIn(error: unknown): unknown {
  if (!(error instanceof Error) || !("data" in error)) return undefined;
  const { data } = error;
  return typeof data === "object" && data !== null && "reason" in data ? data.reason : undefined;
}
