import { NamedError } from "../../ground/errors/named-error.ts";
import type { BlockNumber } from "../../ground/protocol/ids.ts";

/** Where two engines disagree about a block or a batch. */
export interface Mismatch {
  readonly blockNumber: BlockNumber;
  /** Position in the block; −1 where the disagreement is about the state. */
  readonly transactionIndex: number;
  /** What they disagree about, for example `gasUsed` or `storage 0x… slot 0x…`. */
  readonly subject: string;
  /** What the execution engine says. */
  readonly engine: string;
  /** What the independent re-execution says. */
  readonly witness: string;
}

/** The witness cannot vouch for what the engine did. The chain stops: nothing after this may be sealed. */
export class WitnessError extends NamedError<"EnginesDisagree" | "WitnessStopped" | "UnknownSnapshot"> {
  override readonly name = "WitnessError";
  readonly mismatch: Mismatch | undefined;

  constructor(code: WitnessError["code"], message: string, mismatch?: Mismatch) {
    super(code, message);
    this.mismatch = mismatch;
  }
}

/** The error that reports a disagreement. */
export function disagreement(mismatch: Mismatch): WitnessError {
  const { blockNumber, transactionIndex, subject, engine, witness } = mismatch;
  const place = transactionIndex < 0 ? `block ${blockNumber}` : `block ${blockNumber}, transaction ${transactionIndex}`;
  return new WitnessError(
    "EnginesDisagree",
    `${place}: ${subject} is ${engine} for the execution engine and ${witness} for the witness`,
    mismatch,
  );
}
