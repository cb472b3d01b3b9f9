import { isOfToday } from "../../execution-proof/batch/step-limits.ts";
import type { NumberedBytes } from "../../ledger/numbered-bytes.ts";
import type { BatchNumber } from "../../protocol/ids.ts";
import { decodeEntry, encodeEntry } from "../../settlement/journal/journal-entry.ts";
import type { ExecutionOutcome } from "./execution-outcome.ts";

/**
 * What became of the proofs of a chain's batches, beyond its process where the chain is. What is in no note that can be read is
 * proven again.
 */
export class ExecutionStore {
  readonly #kept: NumberedBytes;
  readonly #mostProofs: number | undefined;
  readonly #outcomes: Map<bigint, ExecutionOutcome>;

  /** `mostProofs`: how many proofs are kept, those of the newest batches; undefined for all. */
  constructor(kept: NumberedBytes, mostProofs: number | undefined) {
    this.#kept = kept;
    this.#mostProofs = mostProofs;
    this.#dropOldProofs();
    this.#outcomes = new Map([...kept.notes()].flatMap(([number, note]) => outcomeOf(number, note)));
  }

  outcome(batchNumber: bigint): ExecutionOutcome | undefined {
    return this.#outcomes.get(batchNumber);
  }

  /** All of them, in the order of batches. */
  outcomes(): ReadonlyMap<bigint, ExecutionOutcome> {
    return new Map([...this.#outcomes].sort(([a], [b]) => Number(a - b)));
  }

  /** Undefined where the batch has none, or it is one of an old batch that is not kept. */
  proof(batchNumber: bigint): Uint8Array | undefined {
    return this.#outcomes.get(batchNumber)?.kind === "proven" ? this.#kept.bytes(batchNumber) : undefined;
  }

  keep(batchNumber: BatchNumber, outcome: ExecutionOutcome, proof: Uint8Array | undefined): void {
    this.#kept.set(batchNumber, encodeEntry(outcome), proof);
    if (proof !== undefined) this.#dropOldProofs();
    this.#outcomes.set(batchNumber, outcome);
  }

  /** This batch and all after it have not happened. */
  forgetFrom(batchNumber: bigint): void {
    this.#kept.deleteFrom(batchNumber);
    for (const number of this.#outcomes.keys()) if (number >= batchNumber) this.#outcomes.delete(number);
  }

  close(): void {
    this.#kept.close();
  }

  #dropOldProofs(): void {
    if (this.#mostProofs !== undefined) this.#kept.keepHighest(this.#mostProofs);
  }
}

/**
 * A fault may pass with its process: it is no outcome for the next one. Nor is the size of a step that was found by limits which
 * hold no more.
 */
function outcomeOf(number: bigint, note: string): readonly (readonly [bigint, ExecutionOutcome])[] {
  try {
    const outcome = decodeEntry<ExecutionOutcome>(note);
    return isLasting(outcome) && typeof outcome.commitment === "string" ? [[number, outcome]] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function isLasting(outcome: ExecutionOutcome): boolean {
  if (outcome.kind === "proven") return true;
  if (outcome.kind !== "labelled" || outcome.reason === "fault") return false;
  return outcome.reason !== "too-large" || (outcome.large !== undefined && isOfToday(outcome.large));
}
