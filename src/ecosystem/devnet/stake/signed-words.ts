import { TypedDataEncoder } from "ethers";
import { signerOfDigest } from "../../../ground/transaction/signature-recovery.ts";
import { commitsIn, type CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";
import { BATCH_COMMITMENT_TYPES, quorumDomain } from "../../../ground/protocol/quorum.ts";
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

/** Commits that are read of one transaction: as many as one call has (BatchCommitter.sol). */
const MAX_COMMITS = 64;
/** L1's contracts take as many signatures. */
const MAX_SIGNATURES = 64;
/** Revert counts that are tried: calldata do not name the count that was signed. */
const MAX_REVERT_COUNTS = 8n;
/**
 * Recoveries and digests for one transaction: commits, signatures, revert counts and chains multiply, and a stranger pays for
 * bytes alone. 128 kB have 800 signatures, so the present count of five chains is tried in full.
 */
const MAX_RECOVERIES = 4_096;
/** Greatest s that L1 takes: half the order of the curve, rounded down. */
const HIGHEST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

type Recover = typeof signerOfDigest;

/**
 * Words of staked keys in the calldata of a transaction, whether L1 executed or refused it: a signature counts in either case.
 * A direct call of a chain's contract is read for that chain, other calldata for all.
 */
export function signedWordsIn(
  { to, data }: { readonly to: Hex | undefined; readonly data: string },
  settlementChainId: bigint,
  chains: readonly StakedChain[],
  recover: Recover = signerOfDigest,
): readonly SignedWord[] {
  const named = chains.filter(({ hyperchain }) => hyperchain === to);
  const calls = commitsIn(data).slice(0, MAX_COMMITS);
  const read = named.length > 0 ? named : chains;
  return wordsOf(
    read.flatMap((chain) => calls.map((call) => ({ call, chain }))),
    settlementChainId,
    recover,
  );
}

/** Words of a chain's staked keys in one commit. */
export function wordsOfCall(call: CommitCall, settlementChainId: bigint, chain: StakedChain): readonly SignedWord[] {
  return wordsOf([{ call, chain }], settlementChainId, signerOfDigest);
}

/** A commit as a call to one chain. */
interface ReadCommit {
  readonly call: CommitCall;
  readonly chain: StakedChain;
}

/** Words of commits, up to MAX_RECOVERIES: by the newest revert count of all commits first. */
function wordsOf(commits: readonly ReadCommit[], settlementChainId: bigint, recover: Recover): readonly SignedWord[] {
  const words: SignedWord[] = [];
  let left = MAX_RECOVERIES;
  const open = commits.flatMap(({ call, chain }) => {
    const signatures = new Set((call.approval?.signatures ?? []).slice(0, MAX_SIGNATURES).filter(isOnL1));
    return signatures.size === 0 ? [] : [{ call, chain, signatures }];
  });
  for (let back = 0n; back < MAX_REVERT_COUNTS; back++)
    for (const { call, chain, signatures } of open) {
      const { chainId, hyperchain, revertCount, keys } = chain;
      const { batchNumber, commitment, approval } = call;
      if (approval === undefined || back > revertCount || signatures.size === 0) continue;
      const { validFrom, validUntil } = approval;
      const value = { commitment, batchNumber, revertCount: revertCount - back, validFrom, validUntil };
      const domain = quorumDomain(settlementChainId, hyperchain);
      // A digest serves all signatures of a commit.
      const digest = TypedDataEncoder.hash(domain, BATCH_COMMITMENT_TYPES, value) as Hex;
      left--;
      for (const signature of signatures) {
        if (left-- <= 0) return words;
        const signer = recover(digest, signature);
        if (signer === undefined || !keys.has(signer)) continue;
        words.push({ ...value, chainId, signer, signature });
        signatures.delete(signature);
      }
    }
  return words;
}

/** A stranger may publish a copy with the other s, and L1 would refuse a report with it. */
function isOnL1(signature: Hex): boolean {
  return signature.length === 132 && BigInt(`0x${signature.slice(66, 130)}`) <= HIGHEST_S;
}
