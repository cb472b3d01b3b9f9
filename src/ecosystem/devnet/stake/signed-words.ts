import { TypedDataEncoder } from "ethers";
import { signerOfDigest } from "../../../ground/transaction/signature-recovery.ts";
import { commitsIn, type CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";
import { BATCH_COMMITMENT_TYPES, quorumDomain, type BatchCommitment } from "../../../ground/protocol/quorum.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { SignedWord } from "./word-book.ts";

/** A chain with keys that are staked for its quorum. */
export interface StakedChain {
  readonly chainId: bigint;
  /** The chain's contract on L1, 20 bytes in lower case. */
  readonly hyperchain: Hex;
  /** Reverts of the contract, at the last poll. */
  readonly revertCount: bigint;
  /** Keys that were enlisted at any time and that the chain's terms list, in lower case. */
  readonly keys: ReadonlySet<Hex>;
}

/** Commits that are read of one transaction. */
const MAX_COMMITS = 16;
/** L1's contracts take as many signatures. */
const MAX_SIGNATURES = 64;
/** Revert counts that are tried: calldata do not name the count that was signed. */
const MAX_REVERT_COUNTS = 8n;

/**
 * Words of staked keys in the calldata of a transaction, whether L1 executed or refused it: a signature counts in either case.
 * A direct call of a chain's contract is read for that chain, other calldata for all.
 */
export function signedWordsIn(
  { to, data }: { readonly to: Hex | undefined; readonly data: string },
  settlementChainId: bigint,
  chains: readonly StakedChain[],
): readonly SignedWord[] {
  const named = chains.filter(({ hyperchain }) => hyperchain === to);
  const calls = commitsIn(data).slice(0, MAX_COMMITS);
  return calls.flatMap((call) =>
    (named.length > 0 ? named : chains).flatMap((chain) => wordsOfCall(call, settlementChainId, chain)),
  );
}

/** Greatest s that L1 takes: half the order of the curve, rounded down. */
const HIGHEST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Words of a chain's staked keys in one commit. */
export function wordsOfCall(
  { batchNumber, commitment, approval }: CommitCall,
  settlementChainId: bigint,
  { chainId, hyperchain, revertCount: highest, keys }: StakedChain,
): readonly SignedWord[] {
  if (approval === undefined) return [];
  const { validFrom, validUntil } = approval;
  const domain = quorumDomain(settlementChainId, hyperchain);
  const counts = Array.from({ length: Number(highest < MAX_REVERT_COUNTS ? highest + 1n : MAX_REVERT_COUNTS) }, (_, i) => i);
  const values = counts.map((back): BatchCommitment => {
    return { commitment, batchNumber, revertCount: highest - BigInt(back), validFrom, validUntil };
  });
  // Strangers may publish many signatures of no staked key: a digest serves all of a commit.
  const words = values.map((value) => {
    return { value, digest: TypedDataEncoder.hash(domain, BATCH_COMMITMENT_TYPES, { ...value }) as Hex };
  });
  return approval.signatures
    .slice(0, MAX_SIGNATURES)
    .filter(isOnL1)
    .flatMap((signature) => {
      for (const { value, digest } of words) {
        const signer = signerOfDigest(digest, signature);
        if (signer !== undefined && keys.has(signer)) return [{ ...value, chainId, signer, signature }];
      }
      return [];
    });
}

/** A stranger may publish a copy with the other s, and L1 would refuse a report with it. */
function isOnL1(signature: Hex): boolean {
  return signature.length === 132 && BigInt(`0x${signature.slice(66, 130)}`) <= HIGHEST_S;
}
