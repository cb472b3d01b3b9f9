import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

const CODES = [
  /** Neither a validator nor the admin of the chain signed the request. */
  "RequesterUnknown",
  /** The signature would hold longer than a guardian signs for. */
  "ValidityTooLong",
  /** The guardian has not applied the batches before this one: send them first. */
  "BatchMissing",
  /** L1 has committed a batch of this number, so no other form can follow. */
  "BatchCommitted",
  /** The data do not lead to the state that the batch claims. */
  "DataMismatch",
  /** An account has a code that neither the batch's data nor earlier ones contain. */
  "BytecodeMissing",
  /** The guardian has no data with this hash. */
  "DataUnknown",
  /** L1 has executed a state that the guardian has not stored. */
  "StateUnknown",
  /** The state has more leaves than fit into one answer: rebuild from the batches' data. */
  "LeavesTooLarge",
] as const;
/** Reason why a guardian signs nothing. */
export type GuardianErrorCode = (typeof CODES)[number];

/** Code of a guardian's answer; undefined for any other text. */
export function guardianCode(text: string): GuardianErrorCode | undefined {
  return CODES.find((code) => code === text);
}

/**
 * A guardian refuses. Nothing was signed and nothing was lost.
 * Remedy: send the guardian the missing data; for another chain or key use a new folder.
 */
export class GuardianError extends HyperchainError<GuardianErrorCode> {
  override readonly name = "GuardianError";
  /** Batch that the guardian needs next, for code BatchMissing. */
  readonly nextBatch: bigint | undefined;

  constructor(code: GuardianErrorCode, message: string, options: ErrorOptions & { readonly nextBatch?: bigint } = {}) {
    super(code, `${code}: ${message}`, options);
    this.nextBatch = options.nextBatch;
  }
}
