import type { Hex } from "../protocol/hex.ts";
import { BATCH_COMMITMENT_TYPES, BATCH_REVERT_TYPES, quorumDomain } from "../protocol/quorum.ts";
import type { SignedBatch } from "./settlement-batch.ts";
import { collectSignatures } from "./signatures.ts";
import type { TypedDataSigner } from "./signatures.ts";

export type { TypedDataSigner };

/** A validator of a chain, in this process or elsewhere. */
export interface QuorumMember {
  /** 20 bytes, lower case. */
  readonly address: Hex;
  /**
   * Its EIP-712 signature of the batch's commitment, good until the next revert; `revertCount` is the contract's counter.
   * Rejects when it does not agree with the batch.
   */
  signBatch(batch: SignedBatch, revertCount: bigint): Promise<Hex>;
  /** Its signature of a revert from `batchNumber` on. */
  signRevert(batchNumber: bigint, revertCount: bigint): Promise<Hex>;
}

/** Names the contract whose validators sign. */
export interface QuorumContext {
  readonly settlementChainId: bigint;
  /** The chain's contract. */
  readonly hyperchain: Hex;
}

/**
 * A member inside this process. `check` runs before every batch's signature and rejects for one that the member does not
 * agree with; where the sequencer is the member itself, there is nothing to check against.
 */
export async function createLocalMember(
  signer: TypedDataSigner,
  context: QuorumContext,
  check?: (batch: SignedBatch) => Promise<void>,
): Promise<QuorumMember> {
  const domain = quorumDomain(context.settlementChainId, context.hyperchain);
  return {
    address: (await signer.getAddress()).toLowerCase() as Hex,
    async signBatch(batch, revertCount) {
      await check?.(batch);
      const value = { commitment: batch.commitment, revertCount };
      return (await signer.signTypedData(domain, BATCH_COMMITMENT_TYPES, value)) as Hex;
    },
    async signRevert(batchNumber, revertCount) {
      return (await signer.signTypedData(domain, BATCH_REVERT_TYPES, { batchNumber, revertCount })) as Hex;
    },
  };
}

/** Whose signatures count, and how many. */
export interface Quorum {
  readonly members: readonly QuorumMember[];
  /** How many must sign. */
  readonly threshold: number;
}

/** Enough signatures of a batch, in the contract's order. Rejects with QuorumUnreachable, naming every refusal. */
export function collectBatchSignatures(
  quorum: Quorum,
  context: QuorumContext,
  batch: SignedBatch,
  revertCount: bigint,
): Promise<Hex[]> {
  return collectSignatures({
    ...quorum,
    domain: quorumDomain(context.settlementChainId, context.hyperchain),
    types: BATCH_COMMITMENT_TYPES,
    value: { commitment: batch.commitment, revertCount },
    ask: (member) => member.signBatch(batch, revertCount),
  });
}

/** Enough signatures of a revert. Rejects with QuorumUnreachable. */
export function collectRevertSignatures(
  quorum: Quorum,
  context: QuorumContext,
  batchNumber: bigint,
  revertCount: bigint,
): Promise<Hex[]> {
  return collectSignatures({
    ...quorum,
    domain: quorumDomain(context.settlementChainId, context.hyperchain),
    types: BATCH_REVERT_TYPES,
    value: { batchNumber, revertCount },
    ask: (member) => member.signRevert(batchNumber, revertCount),
  });
}
