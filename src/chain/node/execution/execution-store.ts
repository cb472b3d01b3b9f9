import { isOfToday } from "../../../proofs/execution-proof/batch/step-limits.ts";
import type { NumberedBytes } from "../../ledger/numbered-bytes.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { decodeEntry, encodeEntry } from "../../settlement/journal/journal-entry.ts";
import type { ExecutionOutcome } from "./execution-outcome.ts";

/**
 * Stored outcomes of the proofs of a chain's batches, beyond its process if the chain is stored. A batch without a readable
 * note is proven again.
 */
export class ExecutionStore {
  readonly #files: NumberedBytes;
  readonly #outcomes: Map<bigint, ExecutionOutcome>;

  constructor(files: NumberedBytes) {
    this.#files = files;
    const notes = [...files.notes()].map(([number, note]) => [number, noteOf(note)] as const);
    this.#outcomes = new Map(notes.flatMap(([number, note]) => (isOutcome(note) ? [[number, note]] : [])));
  }

  outcome(batchNumber: bigint): ExecutionOutcome | undefined {
    return this.#outcomes.get(batchNumber);
  }

  /** All of them, in the order of batches. */
  outcomes(): ReadonlyMap<bigint, ExecutionOutcome> {
    return new Map([...this.#outcomes].sort(([a], [b]) => Number(a - b)));
  }

  /** Undefined if the batch has none. */
  proof(batchNumber: bigint): Uint8Array | undefined {
    return this.#outcomes.get(batchNumber)?.kind === "proven" ? this.#files.bytes(batchNumber) : undefined;
  }

  keep(batchNumber: BatchNumber, outcome: ExecutionOutcome, proof: Uint8Array | undefined): void {
    this.#files.set(batchNumber, encodeEntry(outcome), proof);
    this.#outcomes.set(batchNumber, outcome);
  }

  /** This batch and all after it have not happened. */
  forgetFrom(batchNumber: bigint): void {
    this.#files.deleteFrom(batchNumber);
    for (const number of this.#outcomes.keys()) if (number >= batchNumber) this.#outcomes.delete(number);
  }

  close(): void {
    this.#files.close();
  }
}

/** Undefined for a note that cannot be read. */
function noteOf(note: string): ExecutionOutcome | undefined {
  try {
    return decodeEntry<ExecutionOutcome>(note);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * True if the next process may use the outcome. A fault may pass with its process, and a step's size depends on limits that
 * may have changed.
 */
function isOutcome(note: ExecutionOutcome | undefined): note is ExecutionOutcome {
  if (note === undefined || typeof note.commitment !== "string") return false;
  if (note.kind === "proven") return true;
  if (note.kind !== "unproven" || note.reason === "fault") return false;
  return note.reason !== "too-large" || (note.large !== undefined && isOfToday(note.large));
}
