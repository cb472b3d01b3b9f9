import type { PreFormedBatch } from "../../../chain/batch/form-batch.ts";
import type { ShownChoices } from "../../../chain/verification/batch-inputs.ts";
import { LedgerError } from "../../../chain/ledger/ledger-error.ts";
import type { LedgerStream } from "../../../chain/ledger/ledger.ts";
import type { DataChoice } from "../../../ground/protocol/data-choice.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { DataPolicy } from "../../../chain/settlement/data-policy.ts";
import { decodeEntry, encodeEntry } from "../../../chain/settlement/journal/journal-entry.ts";

/** Stored choice of a batch. */
interface KeptChoice {
  readonly batchNumber: BatchNumber;
  readonly preCommitment: Hex;
  readonly path: readonly number[];
}

/**
 * Choice for each batch of a chain whose policy leaves one. A choice is stored before the batch has a commitment, so
 * before validators, the prover or L1 have one: a restarted chain forms the same batches. A batch that is resealed in the
 * same process is another one, and has another choice.
 */
export class DataChoices {
  readonly #policy: Pick<DataPolicy, "choose" | "choiceAt">;
  readonly #stream: LedgerStream | undefined;
  /** Choices of earlier processes, until the batch is formed. */
  readonly #storedChoices = new Map<BatchNumber, KeptChoice>();
  readonly #chosen = new Map<BatchNumber, DataChoice>();

  /** Throws LedgerError Damaged. */
  constructor(policy: Pick<DataPolicy, "choose" | "choiceAt">, stream?: LedgerStream) {
    this.#policy = policy;
    this.#stream = stream;
    for (const text of stream?.entries() ?? []) {
      const choice = readChoice(text);
      this.#storedChoices.set(choice.batchNumber, choice);
    }
  }

  async choose(batch: PreFormedBatch): Promise<DataChoice> {
    const { preCommitment } = batch;
    const { batchNumber } = batch.outputs;
    const kept = this.#storedChoices.get(batchNumber);
    this.#storedChoices.delete(batchNumber);
    this.#chosen.delete(batchNumber);
    const isKept = kept?.preCommitment === preCommitment;
    const choice = isKept ? this.#policy.choiceAt(kept.path.values(), batch) : await this.#policy.choose(batch);
    if (!isKept) this.#stream?.append(encodeEntry({ batchNumber, preCommitment, path: choice.path } satisfies KeptChoice));
    this.#chosen.set(batchNumber, choice);
    return choice;
  }

  /** Choice of a batch, for those who execute it again. */
  choicesOf(batchNumber: BatchNumber): ShownChoices {
    return { own: this.#chosen.get(batchNumber), before: this.#chosen.get(batchNumber - 1n) };
  }
}

function readChoice(text: string): KeptChoice {
  try {
    const { batchNumber, preCommitment, path } = decodeEntry<KeptChoice>(text);
    if (typeof batchNumber === "bigint" && Array.isArray(path)) return { batchNumber, preCommitment, path };
  } catch (error) {
    throw damaged(text, { cause: error });
  }
  throw damaged(text);
}

function damaged(text: string, options?: ErrorOptions): LedgerError {
  return new LedgerError("Damaged", `how a batch's data are made available cannot be read: ${text}; restore a copy`, options);
}
