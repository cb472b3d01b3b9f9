import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** Reason of a refused fact. */
export type FactRefusalCode =
  /** The index is not a fact's. */
  | "FactMalformed"
  /** A batch of a chain that the option `facts.from` does not name. */
  | "SourceNotListed"
  /** The execution of a batch is not proven: its version has no aggregator, or another one than the rest. */
  | "ExecutionTrusted"
  /** L1 has executed the number with another log root, or refused the batch's transfers to this chain. */
  | "FactVoid"
  /** L1 does not store the shown batch, deep enough. */
  | "BatchNotStored"
  /** The batch began before this chain was created. */
  | "SentBeforeChain"
  /** An open batch is missing that L1 must execute first. */
  | "EvidenceIncomplete"
  /** L1 stores other hashes than those of the shown lists. */
  | "EvidenceMismatch"
  /** More open batches than are judged together. */
  | "TooManyOpenBatches"
  /** The judgement of the open batches may take more gas than the limit of calls at L1's nodes. */
  | "JudgementTooDear"
  /** The proof of a batch does not hold. */
  | "ProofRefused"
  /** L1's contracts would not execute the batches. */
  | "NotExecutable"
  /** The source serves no evidence now. */
  | "EvidenceUnavailable"
  /** A fact of the source was void a short time ago. */
  | "SourceShutOut"
  /** The open batch has no room for a further fact of the source, and none is worth another batch: L1 has executed that batch. */
  | "TooManyFacts"
  /** The shown message is not in the batch, or goes to another chain. */
  | "MessageMismatch";

/**
 * A fact is not imported. The message arrives by a root after L1 has executed its batch.
 * Remedy: wait for L1; to import earlier, correct the evidence or the source that the message names.
 */
export class FactRefused extends HyperchainError<FactRefusalCode> {
  override readonly name = "FactRefused";

  constructor(code: FactRefusalCode, reason: string, options?: ErrorOptions) {
    super(code, `${reason}; the message arrives by a root after L1 has executed its batch`, options);
  }
}
