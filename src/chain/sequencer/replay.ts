import type { Mark } from "../core/marks.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { MempoolError, type Mempool } from "../mempool/mempool.ts";
import type { BatchCommand, Decision, OpenedEnvelope } from "../ordering/command.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { InclusionWaiters } from "./inclusion.ts";
import { SequencerError } from "./sequencer-error.ts";

/** A confirmed change that can no longer be in a block. */
export interface LostChange {
  /** Hash of the transaction; undefined for a state cheat or an impersonated transaction. */
  readonly hash: Hex | undefined;
  readonly reason: string;
}

/**
 * Rewinds to before a batch and applies there the commands that `edit` makes of those since. Resolves with the changes
 * that have become impossible. `onRewound` is called in between.
 */
export type ReplayFrom = (
  mark: Mark,
  edit: (done: readonly BatchCommand[]) => readonly Decision[],
  onRewound: () => void,
) => Promise<readonly LostChange[]>;

/** Chooses the replayed commands, in the chain's state of that moment. An error that it throws ends the chain. */
export type RewindSteps = (replayFrom: ReplayFrom) => Promise<readonly LostChange[]>;

/** Methods by which a sequencer applies commands again. */
interface Repeater {
  readonly mempool: Mempool;
  readonly waiters: InclusionWaiters;
  /** Applies a command like the first time, and rejects alike. */
  readonly carryOut: (command: Exclude<Decision, { readonly type: "open" | "block" }>) => Promise<unknown>;
  /** Makes blocks of what is ready in the pool, or an empty one. */
  readonly makeBlocks: () => Promise<void>;
  /** Makes the block of an open envelope. */
  readonly open: (envelope: OpenedEnvelope) => Promise<void>;
}

/**
 * Applies commands again, in another state and at another time, in their order. Those that have become impossible there
 * are left out and returned; every block is made, even if it is empty, so that the chain does not get shorter.
 */
export async function repeat(commands: readonly Decision[], repeater: Repeater): Promise<readonly LostChange[]> {
  const lost: LostChange[] = [];
  for (const command of commands) {
    if (command.type === "open") continue;
    if (command.type === "block" && command.opens !== undefined) {
      const { opens, transactions } = command;
      // An envelope whose transaction was skipped is skipped again.
      await repeater.open(transactions.length > 0 ? opens : { ...opens, transaction: undefined });
      continue;
    }
    if (command.type === "block") {
      for (const transaction of command.transactions) if (transaction.kind === "signed") await offer(transaction, lost, repeater);
      await repeater.makeBlocks();
      continue;
    }
    try {
      await repeater.carryOut(command);
    } catch (error) {
      if (!(error instanceof SequencerError) || error.code !== "CheatRefused") throw error;
      lost.push({ hash: undefined, reason: `${command.type}: ${error.message}` });
    }
  }
  return lost;
}

/** All that waits in the pool, taken ones included: the ready ones in their order, then the others. */
export function waitingInOrder(mempool: Mempool): readonly SignedTransaction[] {
  const { line } = mempool;
  const inLine = new Set(line);
  const senders = mempool.waiting();
  const taken = senders.flatMap(({ ready }) => ready.filter((transaction) => !inLine.has(transaction)));
  return [...taken, ...line, ...senders.flatMap(({ queued }) => queued)];
}

/** Puts a transaction into the pool again. */
export async function offer(
  transaction: SignedTransaction,
  lost: LostChange[],
  { mempool, waiters }: Pick<Repeater, "mempool" | "waiters">,
): Promise<void> {
  const { hash } = transaction;
  const leave = (error: Error): void => {
    lost.push({ hash, reason: error.message });
  };
  try {
    const isReady = await mempool.add(transaction);
    if (isReady) waiters.wait(hash).catch(leave);
    // It may wait for good for the one before it. Its callers know that it is accepted, like those of any transaction
    // with a future nonce.
    else waiters.included(hash);
  } catch (error) {
    if (!(error instanceof MempoolError)) throw error;
    leave(error);
    waiters.refused(hash, error);
  }
}
