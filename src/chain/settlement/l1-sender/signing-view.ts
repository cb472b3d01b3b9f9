import type { ApprovalTerms, BatchRevert } from "../../../ground/protocol/quorum.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { countingBlock } from "../../settlement-layer/reader/l1-depth.ts";
import { DEADLINE_UNIT, readContract, readTotals, type ChainContract, type L1Reader } from "./chain-reader.ts";
import type { SignedBatch } from "../batch/settlement-batch.ts";
import { SigningRefusal } from "../signing/signing-refusal.ts";

/** Facts that a validator must read from L1 before it signs. Seconds. */
export interface SigningView {
  readonly revertCount: bigint;
  /** Time of L1's newest block. */
  readonly newest: bigint;
  /** Time of the block that L1 would make now. */
  readonly now: bigint;
  /** No block that L1 makes from now on, after a reorg too, is of an earlier second. */
  readonly earliest: bigint;
  /** Time of the sequencer for an operation. */
  readonly window: bigint;
  /** Deadline of the oldest operation that no batch before this one took; undefined if none waits. */
  readonly deadline: bigint | undefined;
}

/**
 * Looks at L1: at its newest block, as the contract will when it gets what is signed. `operationsTaken` counts those of all
 * batches before the one that is to be signed. Rejects with the provider's error.
 */
export async function readSigningView(
  contract: ChainContract,
  operationsTaken: bigint,
  confirmations: number,
): Promise<SigningView> {
  const { provider } = contract;
  const [revertCount, queued, configuration, newest, pending] = await Promise.all([
    readContract<bigint>(contract, "revertCount"),
    readContract<bigint>(contract, "getTotalPriorityTxs"),
    readContract<{ readonly priorityOpWindow: bigint }>(contract, "getConfiguration"),
    provider.getBlock("latest"),
    pendingSeconds(provider),
  ]);
  const waiting =
    queued > operationsTaken
      ? await readContract<{ readonly deadline: bigint }>(contract, "priorityOperation", operationsTaken)
      : undefined;
  const newestSeconds = BigInt(newest?.timestamp ?? 0);
  const now = pending > newestSeconds ? pending : newestSeconds;
  return {
    revertCount,
    newest: newestSeconds,
    now,
    earliest: confirmations === 1 ? now : (await countingSeconds(provider, newest?.number ?? 0, confirmations)) + 1n,
    window: configuration.priorityOpWindow,
    deadline: waiting === undefined ? undefined : waiting.deadline / DEADLINE_UNIT,
  };
}

/** Seconds of the newest block that counts: each block on it is of a later second. */
async function countingSeconds(provider: L1Reader, newest: number, confirmations: number): Promise<bigint> {
  const block = await provider.getBlock(Math.max(0, countingBlock(newest, confirmations)));
  return BigInt(block?.timestamp ?? 0);
}

/**
 * Time of the block that L1 would make now; 0 at nodes that do not report it, which have blocks often enough for the
 * newest to suffice.
 */
async function pendingSeconds(provider: L1Reader): Promise<bigint> {
  try {
    const block = (await provider.send?.("eth_getBlockByNumber", ["pending", false])) as
      | { readonly timestamp?: unknown }
      | null
      | undefined;
    return BigInt(String(block?.timestamp ?? 0));
  } catch {
    return 0n;
  }
}

/** Until when L1 takes the batch, if it takes none of the waiting operations: one window after the oldest's deadline. */
function lastSecond({ outputs }: SignedBatch, { deadline, window }: SigningView): bigint | undefined {
  return deadline === undefined || outputs.priorityOpCount > 0n ? undefined : deadline + window;
}

/** Why L1 would refuse the batch for what it leaves waiting; undefined where it would not. */
export function overdueReason(batch: SignedBatch, view: SigningView): string | undefined {
  const last = lastSecond(batch, view);
  if (last === undefined || view.deadline === undefined) return undefined;
  const { batchNumber, lastTimestamp } = batch.outputs;
  const what = `batch ${batchNumber} takes none of the waiting operations; the oldest was due at ${view.deadline}`;
  if (view.deadline <= lastTimestamp) return `${what}, its last block is of ${lastTimestamp}`;
  return last <= view.now ? `${what}, and L1's time is ${view.now}, ${view.window} s or more later` : undefined;
}

/** Whether the chain's standby may sign the next batch: from when on L1 takes none that leaves the oldest operation. */
export function mayStandbyCommit({ deadline, window, now }: SigningView): boolean {
  return deadline !== undefined && deadline + window <= now;
}

/**
 * Terms that every validator with the same view accepts. `free` is the first second in which no other batch of the number
 * is approved.
 */
export function proposeTerms(batch: SignedBatch, view: SigningView, free: bigint): ApprovalTerms {
  const validFrom = free > view.newest ? free : view.newest;
  // A quarter less than allowed: a validator's L1 may be a few blocks behind.
  const until = view.now + view.window - view.window / 4n;
  const last = lastSecond(batch, view);
  const bounded = last !== undefined && last < until ? last : until;
  return { revertCount: view.revertCount, validFrom, validUntil: bounded < validFrom ? validFrom : bounded };
}

/** Checks an approval by the validator's view of L1, like every validator. Throws SigningRefusal. */
export function requireSignable(
  batch: SignedBatch,
  { revertCount, validFrom, validUntil }: ApprovalTerms,
  view: SigningView,
): void {
  const { batchNumber } = batch.outputs;
  if (revertCount !== view.revertCount) {
    throw new SigningRefusal(
      "RevertCountMismatch",
      `batch ${batchNumber} is to be approved for ${revertCount} reverts, L1 has ${view.revertCount}`,
    );
  }
  const overdue = overdueReason(batch, view);
  if (overdue !== undefined) throw new SigningRefusal("OperationOverdue", overdue);
  const last = lastSecond(batch, view);
  const longest = last !== undefined && last < view.now + view.window ? last : view.now + view.window;
  if (validUntil > longest || validFrom > validUntil) {
    throw new SigningRefusal(
      "ApprovalTooLong",
      `batch ${batchNumber} is to be approved from ${validFrom} to ${validUntil}, ${longest} is the latest`,
    );
  }
}

/** The revert of all batches from a number on, as L1 has them now. Rejects with the provider's error. */
export async function readRevert(contract: ChainContract, firstNumber: bigint, confirmations: number): Promise<BatchRevert> {
  const { committed } = await readTotals(contract);
  const hashOf = (number: bigint): Promise<Hex> => readContract<Hex>(contract, "storedBatchHash", number);
  const [firstBatchHash, lastBatchHash, { revertCount, now, window }] = await Promise.all([
    hashOf(firstNumber),
    hashOf(committed === 0n ? 0n : committed - 1n),
    readSigningView(contract, 0n, confirmations),
  ]);
  return { firstNumber, firstBatchHash, lastBatchHash, revertCount, validUntil: now + window - window / 4n };
}

/**
 * Checks that a revert is of batches that L1 has, by the validator's look at L1, like every validator. Resolves with the
 * earliest second of later L1 blocks: reverts that have expired by then no longer bind. Throws SigningRefusal.
 */
export async function requireRevertible(contract: ChainContract, reversal: BatchRevert, confirmations: number): Promise<bigint> {
  const [own, { now, earliest, window }] = await Promise.all([
    readRevert(contract, reversal.firstNumber, confirmations),
    readSigningView(contract, 0n, confirmations),
  ]);
  if (reversal.revertCount !== own.revertCount) {
    throw new SigningRefusal(
      "RevertCountMismatch",
      `a revert names ${reversal.revertCount} earlier ones, L1 has ${own.revertCount}`,
    );
  }
  for (const field of ["firstBatchHash", "lastBatchHash"] as const) {
    if (reversal[field] === own[field]) continue;
    throw new SigningRefusal(
      "RevertMismatch",
      `a revert from batch ${reversal.firstNumber} on names ${field} ${reversal[field]}, L1 has ${own[field]}`,
    );
  }
  if (reversal.validUntil > now + window) {
    throw new SigningRefusal(
      "ApprovalTooLong",
      `a revert is to hold until ${reversal.validUntil}, ${now + window} is the latest`,
    );
  }
  return earliest;
}
