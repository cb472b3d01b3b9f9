import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { Reducer } from "./follower.ts";

/** Result of a command, in any process. `Batch`: all that a batch hands on when it ends. */
export interface CarriedOut<Command, Batch> {
  /** Command in its applied form. */
  readonly command: Command;
  /** Batch that the command ends, if it ends one. */
  readonly sealed: Batch | undefined;
}

/**
 * Rules by which a chain applies commands. Its log, forming, settlement and rebuild from L1 are independent of them. The
 * same commands result in the same batches, in this process and in any other.
 */
export interface Environment<
  Command,
  Batch,
  Result extends CarriedOut<Command, Batch> = CarriedOut<Command, Batch>,
  Own = unknown,
> extends Reducer<Command, Result, Own> {
  /** The open batch's number, or the next one's where none is open. */
  readonly batchNumber: BatchNumber;
}
