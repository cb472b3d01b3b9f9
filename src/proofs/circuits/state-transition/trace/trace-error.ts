import { NamedError } from "../../../../ground/errors/named-error.ts";

/** Codes of errors in a witness. */
export type TraceErrorCode =
  /** Wrong number of siblings or limbs, an element or word out of range, a depth that the circuit does not support. */
  | "MalformedWitness"
  /** The trace would exceed the greatest height. */
  | "TooManyRows"
  /** The last entry must write the outputs leaf, and only the last. */
  | "OutputsEntryMissing"
  /** A leaf and its siblings do not lead to the root that the previous operation left. */
  | "PathMismatch"
  /** The key is not the hash of kind, address and slot. */
  | "KeyMismatch"
  /** An insertion's key is not strictly between its low leaf's key and that leaf's successor. */
  | "KeyNotInInterval"
  /** An update's flag `isCode` disagrees with the leaf's kind. */
  | "KindMismatch"
  | "ValueUnchanged"
  | "ValueZero"
  /** An insertion's index is not the leaf count of that moment, or the final count is not the witness's. */
  | "LeafCountMismatch"
  /** The operations lead to another root than the witness's. */
  | "RootMismatch";

/** A witness from which no valid trace can be made: the state tree that produced it and the diff list disagree. */
export class TraceError extends NamedError<TraceErrorCode> {
  override readonly name = "TraceError";
}

/** Called for every inconsistency that is found while a trace is written. The prover's one throws a TraceError. */
export type ReportInconsistency = (code: TraceErrorCode, message: string) => void;
