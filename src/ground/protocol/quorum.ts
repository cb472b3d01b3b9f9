import type { Hex } from "./hex.ts";
import type { BatchNumber, ChainId } from "./ids.ts";

/** EIP-712 domain of a contract. */
export interface TypedDataDomain {
  readonly name: string;
  readonly version: "1";
  readonly chainId: ChainId;
  readonly verifyingContract: Hex;
}

/** Domain of a chain's validators: its settlement chain and its contract there. */
export function quorumDomain(settlementChainId: ChainId, hyperchain: Hex): TypedDataDomain {
  return { name: "Hyperchain", version: "1", chainId: settlementChainId, verifyingContract: hyperchain };
}

/** Domain of an availability committee: the chain and address of its policy's contract. */
export function availabilityDomain(settlementChainId: ChainId, policy: Hex): TypedDataDomain {
  return { name: "HyperchainAvailability", version: "1", chainId: settlementChainId, verifyingContract: policy };
}

/**
 * Terms that validators sign together with a batch's commitment. L1 accepts it from `validFrom` to `validUntil`, both
 * included, by its seconds.
 */
export interface ApprovalTerms {
  /**
   * Number of reverts of batches by the chain's contract: a revert makes older signatures useless, since any account may
   * commit.
   */
  readonly revertCount: bigint;
  readonly validFrom: bigint;
  readonly validUntil: bigint;
}

/** Message that validators sign to commit a batch. */
export interface BatchCommitment extends ApprovalTerms {
  readonly commitment: Hex;
  readonly batchNumber: BatchNumber;
}

/** EIP-712 fields of a `BatchCommitment`. */
export const BATCH_COMMITMENT_TYPES = {
  BatchCommitment: [
    { name: "commitment", type: "bytes32" },
    { name: "batchNumber", type: "uint64" },
    { name: "revertCount", type: "uint256" },
    { name: "validFrom", type: "uint64" },
    { name: "validUntil", type: "uint64" },
  ],
};

/** Message that validators sign to revert batches: all from `firstNumber`, as L1 has them. */
export interface BatchRevert {
  readonly firstNumber: bigint;
  /** Hash of that batch's stored record. */
  readonly firstBatchHash: Hex;
  /** Hash of the last committed batch. */
  readonly lastBatchHash: Hex;
  readonly revertCount: bigint;
  /** Seconds of L1's time, included. */
  readonly validUntil: bigint;
}

/** EIP-712 fields of a `BatchRevert`. */
export const BATCH_REVERT_TYPES = {
  BatchRevert: [
    { name: "firstNumber", type: "uint256" },
    { name: "firstBatchHash", type: "bytes32" },
    { name: "lastBatchHash", type: "bytes32" },
    { name: "revertCount", type: "uint256" },
    { name: "validUntil", type: "uint64" },
  ],
};

/** Types that committee members sign when they hold a batch's data. */
export const DATA_AVAILABILITY_TYPES = {
  DataAvailability: [
    { name: "preCommitment", type: "bytes32" },
    { name: "pubdataHash", type: "bytes32" },
  ],
};

/** Signatures in the order in which L1 wants them: ascending by signer. */
export function orderSignatures(signatures: readonly { readonly signer: Hex; readonly signature: Hex }[]): Hex[] {
  return [...signatures].sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1)).map(({ signature }) => signature);
}
