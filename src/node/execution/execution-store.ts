import { isOfToday } from "../../execution-proof/batch/step-limits.ts";
import type { NumberedBytes } from "../../ledger/numbered-bytes.ts";
import type { BatchNumber } from "../../protocol/ids.ts";
import { decodeEntry, encodeEntry } from "../../settlement/journal/journal-entry.ts";
import type { ExecutionOutcome } from "./execution-outcome.ts";

/** What is noted of a batch whose proof was made by earlier software, and is to be made again. */
const OUTDATED = { kind: "outdated" } as const;

/**
 * What became of the proofs of a chain's batches, beyond its process where the chain is. What is in no note that can be read is
 * proven again.
 */
export class ExecutionStore {
  readonly #kept: NumberedBytes;
  readonly #mostProofs: number | undefined;
  readonly #outcomes: Map<bigint, ExecutionOutcome>;
  /** Batches whose proofs are to be made again. */
  readonly #outdated: Set<bigint>;

  /** `mostProofs`: how many proofs are kept, those of the newest batches; undefined for all. */
  constructor(kept: NumberedBytes, mostProofs: number | undefined) {
    this.#kept = kept;
    this.#mostProofs = mostProofs;
    this.#dropOldProofs();
    const notes = [...kept.notes()].map(([number, note]) => [number, noteOf(note)] as const);
    this.#outcomes = new Map(notes.flatMap(([number, note]) => (isOutcome(note) ? [[number, note]] : [])));
    this.#outdated = new Set(notes.flatMap(([number, note]) => (note?.kind === OUTDATED.kind ? [number] : [])));
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

  /** Whether earlier software made the batch's proof, and it is not made again yet. */
  isOutdated(batchNumber: bigint): boolean {
    return this.#outdated.has(batchNumber);
  }

  /** Verifiers take the batch's proof no more: what became of it is forgotten, and it is made again. */
  forgetProof(batchNumber: bigint): void {
    this.#kept.set(batchNumber, encodeEntry(OUTDATED), undefined);
    this.#outcomes.delete(batchNumber);
    this.#outdated.add(batchNumber);
  }

  keep(batchNumber: BatchNumber, outcome: ExecutionOutcome, proof: Uint8Array | undefined): void {
    this.#kept.set(batchNumber, encodeEntry(outcome), proof);
    this.#outdated.delete(batchNumber);
    if (proof !== undefined) this.#dropOldProofs();
    this.#outcomes.set(batchNumber, outcome);
  }

  /** This batch and all after it have not happened. */
  forgetFrom(batchNumber: bigint): void {
    this.#kept.deleteFrom(batchNumber);
    for (const known of [this.#outcomes, this.#outdated])
      for (const number of known.keys()) if (number >= batchNumber) known.delete(number);
  }

  close(): void {
    this.#kept.close();
  }

  #dropOldProofs(): void {
    if (this.#mostProofs !== undefined) this.#kept.keepHighest(this.#mostProofs);
  }
}

/** Undefined for a note that cannot be read. */
function noteOf(note: string): ExecutionOutcome | typeof OUTDATED | undefined {
  try {
    return decodeEntry<ExecutionOutcome | typeof OUTDATED>(note);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * A fault may pass with its process: it is no outcome for the next one. Nor is the size of a step that was found by limits which
 * hold no more.
 */
function isOutcome(note: ExecutionOutcome | typeof OUTDATED | undefined): note is ExecutionOutcome {
  if (note === undefined || note.kind === OUTDATED.kind || typeof note.commitment !== "string") return false;
  if (note.kind === "proven") return true;
  if (note.kind !== "labelled" || note.reason === "fault") return false;
  return note.reason !== "too-large" || (note.large !== undefined && isOfToday(note.large));
}
