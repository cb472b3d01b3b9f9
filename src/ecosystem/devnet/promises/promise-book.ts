import type { LedgerFacts } from "../../../chain/ledger/ledger.ts";
import { LedgerError } from "../../../chain/ledger/ledger-error.ts";
import type { BatchPromise } from "../../../ground/protocol/batch-promise.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { decodeEntry, encodeEntry } from "../../../chain/settlement/journal/journal-entry.ts";

/** All that a report of a promise needs, and the coins that depend on it. Plain data. */
export interface PromiseEvidence {
  readonly fromChain: ChainId;
  readonly promised: BatchPromise;
  readonly signatures: readonly Hex[];
  /** Epoch of the source's terms at the stake's second. */
  readonly epoch: bigint;
  /** Number of the stake's block. */
  readonly stakedNumber: number;
  /** Coins of L1 that the batch sends to the receiver. */
  readonly coinsWei: bigint;
}

/** Promises that a chain imported by, until L1 has executed or judged them. They outlast the process if the chain does. */
export class PromiseBook {
  readonly #stored: LedgerFacts | undefined;
  /** Evidence by the index of the fact. */
  readonly #open = new Map<bigint, PromiseEvidence>();

  /** Default: the book ends with the process. Throws LedgerError Damaged for evidence that cannot be read. */
  constructor(stored?: LedgerFacts) {
    this.#stored = stored;
    for (const [index, text] of stored?.all() ?? []) this.#open.set(BigInt(index), readEvidence(text));
  }

  all(): ReadonlyMap<bigint, PromiseEvidence> {
    return this.#open;
  }

  get(index: bigint): PromiseEvidence | undefined {
    return this.#open.get(index);
  }

  add(index: bigint, evidence: PromiseEvidence): void {
    this.#open.set(index, evidence);
    this.#stored?.set(String(index), encodeEntry(evidence));
  }

  delete(index: bigint): void {
    if (this.#open.delete(index)) this.#stored?.delete(String(index));
  }
}

function readEvidence(text: string): PromiseEvidence {
  try {
    return decodeEntry<PromiseEvidence>(text);
  } catch (error) {
    throw new LedgerError("Damaged", "a promise that a chain imported by cannot be read; restore a copy", { cause: error });
  }
}
