/**
 * For viem's transports in tests: without it an answer that takes longer than ten seconds, as on a loaded machine, is given up and
 * asked for again, which sends a transaction twice.
 */
export const PATIENT = { timeout: 0, retryCount: 0 } as const;
