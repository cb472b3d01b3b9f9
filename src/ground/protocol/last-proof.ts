/**
 * The proof of execution that L1 checks. "fast": made in a third of the processor time, for an L1 on which gas is free.
 * "small": less gas and calldata, for public layers. The contracts of an ecosystem check one of both, for good.
 */
export type LastProof = "fast" | "small";

/** Names of the package's contracts that check them. */
export const LAST_VERIFIERS: Readonly<Record<LastProof, string>> = { fast: "AggregateStarkFast", small: "AggregateStarkSmall" };

export const LAST_PROOFS: readonly LastProof[] = ["fast", "small"];
