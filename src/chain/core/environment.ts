import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { Reducer } from "./follower.ts";

/** What came of a command, wherever it was carried out. `Batch`: all that a batch hands on when it ends. */
export interface CarriedOut<Command, Batch> {
  /** As it was carried out. */
  readonly command: Command;
  /** Of a command that ends a batch only. */
  readonly sealed: Batch | undefined;
}

/**
 * What a chain carries out. Its log, forming, settlement and what is rebuilt from L1 know no more of it. The same commands come
 * to the same batches, in this process and in any other.
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
