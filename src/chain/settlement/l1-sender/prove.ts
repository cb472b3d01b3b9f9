import type { TransactionReceipt } from "ethers";
import type { AggregatedBatch } from "../../../ground/protocol/aggregate.ts";
import { decodeShown, type ShownExecution } from "../../../ground/protocol/shown-execution.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { SettlementError } from "../errors/settlement-error.ts";
import { encodeProve, encodeProveBatches } from "./batch-calls.ts";
import { readAggregator, readTotals, type ChainContract } from "./chain-reader.ts";
import { foundOrComing, orComing } from "./found-or-coming.ts";
import { carryOut, type SenderContext } from "./sender-context.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { MAX_TRANSACTION_GAS } from "../../../ground/protocol/way-to-l1.ts";

/** More than twice what verification takes: at most 49 gas per byte were measured, from 43 to 65 thousand bytes. */
const GAS_PER_PROOF_BYTE = 100n;
const FIXED_GAS = 1_000_000n;
/** Gas of each batch after the first, more than twice its need. */
const GAS_PER_BATCH = 400_000n;

/** Whether L1 has accepted a proof of the batch. */
export async function isProven(contract: ChainContract, batchNumber: BatchNumber): Promise<boolean> {
  return (await readTotals(contract)).verified > batchNumber;
}

/** True if the batch is proven, after waiting for another account's pending transaction that proves it. */
export async function isProvenOrComing(context: SenderContext, stored: StoredBatch): Promise<boolean> {
  return (await foundOrComing(context, unlessProven(stored))) ?? false;
}

/**
 * Shows L1 the proof of a committed batch, unless it has accepted one; undefined then. All earlier batches must be proven. Where
 * the batch's version has an aggregator that is a proof of its execution, with its digest (`encodeShown`). Rejects with the
 * transactor's errors; a proof that does not hold is Reverted with the verifier's error.
 */
export async function proveBatch(
  context: SenderContext,
  stored: StoredBatch,
  proof: Uint8Array,
): Promise<TransactionReceipt | undefined> {
  const aggregator = await readAggregator(context, stored.protocolVersion);
  if (aggregator !== undefined) {
    const { address: to, chainId } = aggregator;
    return showOwn(context, stored, { to, batches: [{ chainId, batch: stored }], shown: decodeShown(proof) });
  }
  const done = await carryOut(context, {
    ...unlessProven(stored),
    encode: () => Promise.resolve(encodeProve(stored, proof)),
    gasLimit: FIXED_GAS + GAS_PER_PROOF_BYTE * BigInt(proof.length),
  });
  return "receipt" in done ? done.receipt : undefined;
}

/** Timing of a transaction that others' may replace. */
export interface Leaving {
  /** Told just before it leaves. */
  readonly onLeaving: () => void;
  /** When it is aborted, no transaction is sent. */
  readonly signal: AbortSignal;
}

interface ShownTogether extends Partial<Leaving> {
  readonly batches: readonly AggregatedBatch[];
  readonly shown: ShownExecution;
}

/**
 * Shows L1 one proof of the execution of batches, of which one is this chain's, unless that is proven; undefined then. What the
 * aggregator passes over is not looked at. Rejects as `proveBatch`, and with SettlementStopped where the signal was aborted.
 */
export async function showBatches(
  context: SenderContext,
  stored: StoredBatch,
  together: ShownTogether,
): Promise<TransactionReceipt | undefined> {
  const aggregator = await readAggregator(context, stored.protocolVersion);
  if (aggregator === undefined)
    throw new RangeError(`version ${stored.protocolVersion} has no aggregator, which takes such proofs`);
  return showTo(aggregator.address, leavingContext(context, stored, together), stored, together);
}

/** Context that announces a transaction before it is sent, and sends none after another was sent. */
function leavingContext(context: SenderContext, stored: StoredBatch, { onLeaving, signal }: Partial<Leaving>): SenderContext {
  return {
    ...context,
    async onBroadcast(transaction) {
      await context.onBroadcast(transaction);
      if (signal?.aborted === true)
        throw new SettlementError(
          "SettlementStopped",
          `the proof of batch ${stored.batchNumber} and others is sent by another chain`,
        );
      onLeaving?.();
    },
  };
}

/** Shows this chain's batch alone. Rejects with BatchReplaced if the chain has another batch of this number. */
async function showOwn(
  context: SenderContext,
  stored: StoredBatch,
  { to, ...shown }: ShownTogether & { readonly to: Hex },
): Promise<TransactionReceipt | undefined> {
  const receipt = await showTo(to, context, stored, shown);
  // An aggregator that has seen the proof passes over a batch that its chain does not take.
  if (receipt !== undefined && !(await isProven(context, stored.batchNumber)))
    throw new SettlementError(
      "BatchReplaced",
      `L1 has another batch ${stored.batchNumber} than the one whose execution it was shown`,
    );
  return receipt;
}

async function showTo(
  to: Hex,
  context: SenderContext,
  stored: StoredBatch,
  { batches, shown }: ShownTogether,
): Promise<TransactionReceipt | undefined> {
  const { batchNumber } = stored;
  const done = await carryOut(context, {
    stage: "prove",
    batchNumber,
    find: orComing(context, unlessProven(stored)),
    encode: () => Promise.resolve(encodeProveBatches(batches, shown)),
    gasLimit: gasForShowing(shown.proof.length, batches.length),
    to,
  });
  return "receipt" in done ? done.receipt : undefined;
}

/** Upper bound of the gas of a call with a proof. A transaction's limit is several times what the most batches take. */
export function gasForShowing(proofBytes: number, batches: number): bigint {
  const gas = FIXED_GAS + GAS_PER_PROOF_BYTE * BigInt(proofBytes) + GAS_PER_BATCH * BigInt(batches - 1);
  return gas < MAX_TRANSACTION_GAS ? gas : BigInt(MAX_TRANSACTION_GAS);
}

function unlessProven({ batchNumber }: StoredBatch) {
  const find = async (at: ChainContract): Promise<true | undefined> => ((await isProven(at, batchNumber)) ? true : undefined);
  return { stage: "prove", batchNumber, find } as const;
}
