import { NamedError } from "../../ground/errors/named-error.ts";
import type { BlockNumber } from "../../ground/protocol/ids.ts";

/** Disagreement of two engines about a block or a batch. */
export interface Mismatch {
  readonly blockNumber: BlockNumber;
  /** Position in the block; −1 where the disagreement is about the state. */
  readonly transactionIndex: number;
  /** Subject of the disagreement, for example `gasUsed` or `storage 0x… slot 0x…`. */
  readonly subject: string;
  /** Value of the execution engine. */
  readonly engine: string;
  /** Value of the independent re-execution. */
  readonly witness: string;
}

/** The witness did not confirm the engine's result. The chain stops: nothing after this may be sealed. */
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
