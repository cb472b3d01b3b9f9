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
/** Sum of all transactions of a block. Signatures of direct calls with the present count are in addition. */
const MAX_BLOCK_RECOVERIES = 16_384;
/** Greatest s that L1 takes: half the order of the curve, rounded down. */
const HIGHEST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

type Recover = typeof signerOfDigest;

/** A transaction of L1. */
interface ReadTransaction {
  /** Called contract in lower case. */
  readonly to: Hex | undefined;
  readonly data: string;
}

/**
 * Words of staked keys in the calldata of a block's transactions, whether L1 executed or refused them: a signature counts in
 * either case. A direct call of a chain's contract is read for that chain, other calldata for all.
 */
export function signedWordsIn(
  transactions: readonly ReadTransaction[],
  settlementChainId: bigint,
  chains: readonly StakedChain[],
  recover: Recover = signerOfDigest,
): readonly SignedWord[] {
  const read = transactions.map(({ to, data }): ReadCalls => {
    const named = chains.filter(({ hyperchain }) => hyperchain === to);
    const calls = commitsIn(data).slice(0, MAX_COMMITS);
    const commits = (named.length > 0 ? named : chains).flatMap((chain) => calls.map((call) => openCommit(call, chain)));
    return { commits: commits.filter(({ signatures }) => signatures.size > 0), isDirect: named.length > 0 };
  });
  return wordsOf(read, { settlementChainId, recover });
}

/** Words of a chain's staked keys in the commits of one transaction that the chain's contract emitted. */
export function wordsOfCalls(
  calls: readonly CommitCall[],
  settlementChainId: bigint,
  chains: readonly StakedChain[],
): readonly SignedWord[] {
  const commits = chains.flatMap((chain) => calls.map((call) => openCommit(call, chain)));
  return wordsOf([{ commits, isDirect: true }], { settlementChainId, recover: signerOfDigest });
}

/** A commit as a call to one chain, with its signatures without a signer yet. */
interface OpenCommit {
  readonly call: CommitCall;
  readonly chain: StakedChain;
  readonly signatures: Set<Hex>;
}

/** Commits of a transaction. */
interface ReadCalls {
  readonly commits: readonly OpenCommit[];
  /** True for a call of the chain's contract: its sender pays for the bytes of each recovery with the present count. */
  readonly isDirect: boolean;
}

interface Recovery {
  readonly settlementChainId: bigint;
  readonly recover: Recover;
}

/** Number of recoveries and digests that may follow. */
interface Budget {
  open: number;
}

function openCommit(call: CommitCall, chain: StakedChain): OpenCommit {
  return { call, chain, signatures: new Set((call.approval?.signatures ?? []).slice(0, MAX_SIGNATURES).filter(isOnL1)) };
}

/**
 * Words of the commits of a block: by the present revert count of all commits first, direct calls before all others, and small
 * transactions before large ones, so that a flood displaces itself.
 */
function wordsOf(transactions: readonly ReadCalls[], recovery: Recovery): readonly SignedWord[] {
  const words: SignedWord[] = [];
  const block = { open: MAX_BLOCK_RECOVERIES };
  const sorted = transactions
    .map((calls) => ({ ...calls, budget: { open: MAX_RECOVERIES }, size: sizeOf(calls) }))
    .toSorted((one, other) => Number(other.isDirect) - Number(one.isDirect) || one.size - other.size);
  for (let reverts = 0n; reverts < MAX_REVERT_COUNTS; reverts++)
    for (const { commits, isDirect, budget } of sorted)
      for (const commit of commits) {
        const budgets = isDirect && reverts === 0n ? [] : [budget, block];
        words.push(...wordsWith(commit, reverts, budgets, recovery));
      }
  return words;
}

/** Signatures of a transaction's commits. */
function sizeOf({ commits }: ReadCalls): number {
  return commits.reduce((sum, { signatures }) => sum + signatures.size, 0);
}

/** Words of a commit that were signed for the revert count this many reverts ago, as far as the budgets last. */
function wordsWith(
  { call, chain, signatures }: OpenCommit,
  reverts: bigint,
  budgets: readonly Budget[],
  { settlementChainId, recover }: Recovery,
): readonly SignedWord[] {
  const { chainId, hyperchain, revertCount, keys } = chain;
  const { batchNumber, commitment, approval } = call;
  if (approval === undefined || reverts > revertCount || signatures.size === 0 || !spend(budgets)) return [];
  const { validFrom, validUntil } = approval;
  const value = { commitment, batchNumber, revertCount: revertCount - reverts, validFrom, validUntil };
  // A digest serves all signatures of a commit.
  const digest = TypedDataEncoder.hash(quorumDomain(settlementChainId, hyperchain), BATCH_COMMITMENT_TYPES, value) as Hex;
  const words: SignedWord[] = [];
  for (const signature of signatures) {
    if (!spend(budgets)) break;
    const signer = recover(digest, signature);
    if (signer === undefined || !keys.has(signer)) continue;
    words.push({ ...value, chainId, signer, signature });
    signatures.delete(signature);
  }
  return words;
}

/** Takes one recovery from each budget. False if one is used up. */
function spend(budgets: readonly Budget[]): boolean {
  if (budgets.some(({ open }) => open <= 0)) return false;
  for (const budget of budgets) budget.open--;
  return true;
}

/** A stranger may publish a copy with the other s, and L1 would refuse a report with it. */
function isOnL1(signature: Hex): boolean {
  return signature.length === 132 && BigInt(`0x${signature.slice(66, 130)}`) <= HIGHEST_S;
}
