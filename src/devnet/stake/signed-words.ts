import { verifyTypedData } from "ethers";
import { commitsIn, type CommitCall } from "../../settlement-layer/reader/commit-call.ts";
import { BATCH_COMMITMENT_TYPES, quorumDomain, type BatchCommitment } from "../../protocol/quorum.ts";
import type { Hex } from "../../protocol/hex.ts";
import { isRefusal } from "../../protocol/undecodable.ts";
import type { SignedWord } from "./word-book.ts";

/** A chain with keys that are staked for its quorum. */
export interface StakedChain {
  readonly chainId: bigint;
  /** The chain's contract on L1, 20 bytes in lower case. */
  readonly hyperchain: Hex;
  /** Reverts of the contract, at the last poll. */
  readonly revertCount: bigint;
  /** Keys that were enlisted at any time, in lower case. */
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
  return approval.signatures.slice(0, MAX_SIGNATURES).flatMap((signature) => {
    for (const back of counts) {
      const value: BatchCommitment = { commitment, batchNumber, revertCount: highest - BigInt(back), validFrom, validUntil };
      const signer = signerOf(() => verifyTypedData(domain, BATCH_COMMITMENT_TYPES, { ...value }, signature));
      if (signer !== undefined && keys.has(signer)) return [{ ...value, chainId, signer, signature }];
    }
    return [];
  });
}

/** Undefined if the bytes are no signature. */
function signerOf(recover: () => string): Hex | undefined {
  try {
    return recover().toLowerCase() as Hex;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
