import type { Provider, Signer, TransactionReceipt } from "ethers";
import type { FormedBatch } from "../chain/batch/form-batch.ts";
import type { Clock } from "../chain/clock.ts";
import type { Hex } from "../protocol/hex.ts";
import type { StoredBatch } from "../protocol/stored-batch.ts";
import type { ProofMetrics } from "../prover/job.ts";
import type { Prover } from "../prover/prover.ts";
import type { Journal } from "../settlement/journal/journal.ts";
import type { SettlementStage } from "../settlement/l1-sender/sender-context.ts";
import { createTransactor } from "../settlement/l1-sender/transactor.ts";
import type { Quorum } from "../settlement/quorum.ts";
import { openSettlement } from "../settlement/settlement.ts";
import type { SettlementBacklog } from "../settlement/settlement.ts";
import type { PostingPolicy } from "../settlement/settlement-batch.ts";

export interface SettlingOptions {
  readonly settlementChainId: bigint;
  /** The chain's contract. */
  readonly hyperchain: Hex;
  /** L1 block of its creation. */
  readonly fromBlock: number;
  readonly quorum: Quorum;
  readonly posting: PostingPolicy;
}

export interface SettlingDependencies {
  readonly l1: Provider;
  readonly clock: Clock;
  /** May be shared: it proves one batch at a time, in the order in which it is asked. */
  readonly prover: Prover;
  readonly journal: Journal;
  /** Sends the chain's L1 transactions. */
  readonly sender: Signer;
  readonly onSettled?: (batch: SettledBatch) => void;
  /** Settlement has stopped for good. */
  readonly onStop: (error: unknown) => void;
}

/** A batch that L1 has executed, and what it took. */
export interface SettledBatch {
  readonly batch: FormedBatch;
  readonly stored: StoredBatch;
  readonly proof: { readonly bytes: number; readonly metrics: ProofMetrics };
  readonly receipts: Readonly<Partial<Record<SettlementStage, TransactionReceipt>>>;
}

/** A chain's batches on their way through prover and L1. */
export interface Settling {
  /** Takes the next batch. */
  submit(batch: FormedBatch): void;
  /** Resolves when L1 has executed the batch; rejects with what stopped settlement, or RangeError for a batch never submitted. */
  settled(batchNumber: bigint): Promise<SettledBatch>;
  backlog(): SettlementBacklog;
  close(): Promise<void>;
}

/** Proves each batch and takes it through commit, prove and execute on L1. Rejects with the provider's error. */
export async function openSettling(options: SettlingOptions, dependencies: SettlingDependencies): Promise<Settling> {
  const { settlementChainId, hyperchain, fromBlock, quorum, posting } = options;
  const { l1, clock, prover, journal, sender, onSettled, onStop } = dependencies;
  const delay = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
  const proofs = new Map<bigint, SettledBatch["proof"]>();
  const receipts = new Map<bigint, Partial<Record<SettlementStage, TransactionReceipt>>>();
  const settling = new Map<bigint, Promise<SettledBatch>>();

  const settlement = await openSettlement<FormedBatch>(
    { quorum, posting },
    {
      context: { settlementChainId, hyperchain, provider: l1, fromBlock, delay, transactor: createTransactor({}, { signer: sender, delay }) },
      journal,
      async prove({ outputs, job }) {
        const { proof, metrics } = await prover.proveBatch(job);
        proofs.set(outputs.batchNumber, { bytes: proof.length, metrics });
        return proof;
      },
      onStage({ stage, batchNumber, receipt }) {
        if (receipt !== undefined) receipts.set(batchNumber, { ...receipts.get(batchNumber), [stage]: receipt });
      },
      onStop,
    },
  );

  return {
    submit(batch) {
      const { batchNumber } = batch.outputs;
      const settled = settlement.submit(batch).executed.then((stored): SettledBatch => {
        const proof = proofs.get(batchNumber);
        if (proof === undefined) throw new Error(`batch ${batchNumber} was executed without a proof of this process`);
        const result = { batch, stored, proof, receipts: receipts.get(batchNumber) ?? {} };
        onSettled?.(result);
        return result;
      });
      // Whoever asks for the batch gets the reason; `onStop` has it in any case.
      settled.catch(() => undefined);
      settling.set(batchNumber, settled);
    },
    settled: (batchNumber) => settling.get(batchNumber) ?? Promise.reject(new RangeError(`batch ${batchNumber} is not sealed`)),
    backlog: () => settlement.backlog(),
    close: () => settlement.close(),
  };
}
