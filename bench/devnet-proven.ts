import type { DevnetChain } from "../src/ecosystem/devnet/devnet.ts";
import type { Hex } from "../src/ground/protocol/hex.ts";
import type { Workload } from "./devnet-workload.ts";

/** Pending work at one moment. */
export interface Queues {
  /** Transactions that are in no block. */
  readonly waitingTransactions: number;
  /** Sealed batches that L1 has not executed. */
  readonly waitingBatches: number;
}

export interface ProvenThroughput {
  /** Transactions of batches that L1 executed in the measured time. */
  readonly provenTxPerSecond: number;
  readonly seconds: number;
  readonly batches: number;
  readonly start: Queues;
  readonly end: Queues;
}

const SENDERS = 20;
/** Maximum number of pending transactions. */
const IN_FLIGHT = 64;
/** Batches on their way to L1: one that is proven, and the next one. */
const MAX_WAITING_BATCHES = 2;
const CHUNK = 500;

/**
 * Keeps a chain busy with transfers for `seconds` seconds and counts the transactions that L1 executes with real proofs.
 * Seals a batch when fewer than two are pending, so that a batch holds all transfers that arrived during the previous
 * proof.
 */
export async function measureProven({ pipeline }: DevnetChain, workload: Workload, seconds: number): Promise<ProvenThroughput> {
  const { chain } = pipeline;
  const settling = new Set<Promise<void>>();
  const executed: { readonly atMs: number; readonly transactions: number }[] = [];
  const queues = (): Queues => ({ waitingTransactions: chain.mempool.size, waitingBatches: settling.size });
  let stopped = false;

  let raws: Hex[] = [];
  const send = async (): Promise<void> => {
    while (!stopped) {
      if (raws.length === 0) raws = workload.mixedTransfers(CHUNK, SENDERS).reverse();
      const raw = raws.pop();
      if (raw !== undefined) await chain.submit(raw);
    }
  };
  const seal = async (): Promise<void> => {
    while (!stopped) {
      if (settling.size < MAX_WAITING_BATCHES) {
        const batch = await pipeline.seal();
        if (batch !== undefined) {
          const settled = pipeline.settled(batch.outputs.batchNumber).then(() => {
            executed.push({ atMs: performance.now(), transactions: batch.transactionCount });
            settling.delete(settled);
          });
          settling.add(settled);
        }
      }
      if (settling.size >= MAX_WAITING_BATCHES) await Promise.race(settling);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const sending = Array.from({ length: IN_FLIGHT }, send);
  const sealing = seal();
  const work = Promise.all([...sending, sealing]);
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await Promise.race([work, new Promise((resolve) => setTimeout(resolve, 20))]);
  };
  // The time begins and ends with a batch's execution, so that no part of a batch is counted.
  await until(() => executed.length >= 2);
  const first = executed.length;
  const begun = executed[first - 1]?.atMs ?? 0;
  const start = queues();
  await until(() => (executed.at(-1)?.atMs ?? 0) - begun >= seconds * 1000);
  const counted = executed.slice(first);
  const end = queues();
  const measured = ((executed.at(-1)?.atMs ?? 0) - begun) / 1000;
  stopped = true;
  await work;
  await Promise.all(settling);
  const transactions = counted.reduce((sum, batch) => sum + batch.transactions, 0);
  return { provenTxPerSecond: transactions / measured, seconds: measured, batches: counted.length, start, end };
}
