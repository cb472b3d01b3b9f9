import type { Hex } from "./hex.ts";

/** EIP-712 domain of a contract. */
export interface TypedDataDomain {
  readonly name: string;
  readonly version: "1";
  readonly chainId: bigint;
  readonly verifyingContract: Hex;
}

/** Domain of a chain's validators: its settlement chain and its contract there. */
export function quorumDomain(settlementChainId: bigint, hyperchain: Hex): TypedDataDomain {
  return { name: "Hyperchain", version: "1", chainId: settlementChainId, verifyingContract: hyperchain };
}

/** Domain of an availability committee: the chain and address of its policy's contract. */
export function availabilityDomain(settlementChainId: bigint, policy: Hex): TypedDataDomain {
  return { name: "HyperchainAvailability", version: "1", chainId: settlementChainId, verifyingContract: policy };
}

/** What validators sign so that a batch is committed. A revert makes older signatures useless: anyone may commit. */
export const BATCH_COMMITMENT_TYPES = {
  BatchCommitment: [
    { name: "commitment", type: "bytes32" },
    { name: "revertCount", type: "uint256" },
  ],
};

/** What validators sign so that batches from a number on are reverted. */
export const BATCH_REVERT_TYPES = {
  BatchRevert: [
    { name: "batchNumber", type: "uint256" },
    { name: "revertCount", type: "uint256" },
  ],
};

/** What committee members sign when they hold a batch's data. */
export const DATA_AVAILABILITY_TYPES = {
  DataAvailability: [
    { name: "preCommitment", type: "bytes32" },
    { name: "pubdataHash", type: "bytes32" },
  ],
};

/** Signatures in the order in which L1 wants them: ascending by signer. */
export function orderSignatures(signatures: readonly { readonly signer: Hex; readonly signature: Hex }[]): Hex[] {
  return [...signatures]
    .sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1))
    .map(({ signature }) => signature);
}
