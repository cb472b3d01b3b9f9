import { hashTag } from "../../src/ground/protocol/hex.ts";
import type { AggregatedFields } from "../../src/ground/protocol/aggregate.ts";
import type { ProvenRecord } from "../../src/ground/protocol/proven-record.ts";

/** One thing that was looked at, and how it came out. */
export interface Check {
  readonly what: string;
  readonly holds: boolean;
  readonly detail: string;
}

/** A batch as its page has it, and the contract that L1 has of its chain. */
export interface BatchToVerify {
  readonly batchNumber: number;
  /** The chain's contract on what it settles on. */
  readonly hyperchain: string;
  readonly proveTransaction: string;
  readonly commitment: string;
  /** Name of the settlement layer in texts. */
  readonly layer: string;
}

/** Answers of the layer about the transaction that proved a batch, and about the batch. */
export interface LayersWord {
  readonly receipt: LayerReceipt | null;
  readonly storedHash: string;
}

/** Answer of `eth_getTransactionReceipt`. */
interface LayerReceipt {
  readonly status: string;
  readonly to: string | null;
  readonly logs: readonly LayerLog[];
}

interface LayerLog {
  readonly address: string;
  readonly topics: readonly string[];
}

/** Checks that a record belongs to the batch, on the layer and on its page. */
export function recordChecks(
  { batchNumber, commitment, layer }: BatchToVerify,
  record: ProvenRecord,
  { storedHash }: LayersWord,
): readonly Check[] {
  return [
    same("the record is of this batch", String(record.batchNumber), String(batchNumber)),
    same(`the contract on ${layer} keeps the hash of this record`, record.storedHash, storedHash),
    same("the commitment is the chain's", record.commitment, commitment),
  ];
}

/** Checks that the layer has accepted a proof of the record's execution. `batches`: all batches of the proof. */
export function executionChecks(
  batch: BatchToVerify,
  record: ProvenRecord,
  batches: readonly AggregatedFields[],
  word: LayersWord,
): readonly Check[] {
  const { hyperchain, proveTransaction, layer } = batch;
  const { receipt } = word;
  return [
    {
      what: `the transaction that proved it succeeded on ${layer}`,
      holds: receipt?.status === "0x1",
      detail: proveTransaction,
    },
    {
      what: `the chain's contract on ${layer} said there that the execution of this batch is proven`,
      holds: receipt?.logs.some((log) => isExecutionProven(log, hyperchain, record)) === true,
      detail: `one proof of ${batches.map(({ chainId, batch: { batchNumber } }) => `batch ${batchNumber} of chain ${chainId}`).join(", ")}`,
    },
    ...recordChecks(batch, record, word),
  ];
}

const EXECUTION_PROVEN = hashTag("ExecutionProven(uint256,bytes32,address)");

/** Whether the chain's own contract tells it of this record. */
function isExecutionProven({ address, topics }: LayerLog, hyperchain: string, record: ProvenRecord): boolean {
  const [event, number, commitment] = topics;
  return (
    address.toLowerCase() === hyperchain.toLowerCase() &&
    event === EXECUTION_PROVEN &&
    Number(number) === record.batchNumber &&
    commitment === record.commitment
  );
}

function same(what: string, here: string, there: string): Check {
  return { what, holds: here === there, detail: here === there ? here : `${here}, not ${there}` };
}
