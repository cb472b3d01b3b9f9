import type { BlockNumber } from "../../protocol/ids.ts";
import type { BlockEnvironment } from "../model/block.ts";
import type { GenesisLeaf } from "../model/genesis.ts";
import type { StateReader } from "../model/state-reader.ts";
import type { WitnessedBlock } from "../witness/witnessed-block.ts";
import type { StateCheat } from "../witness/state-cheat.ts";
import type { ValueDifference } from "./final-values.ts";

/** Where a check stands, to return to. */
export interface BlockCheckMark {
  readonly engine: string;
  readonly isLeftOut: boolean;
  readonly unchecked: readonly UncheckedBlocks[];
}

/** Blocks of one batch in a row that could not be run again. */
export interface UncheckedBlocks {
  readonly first: BlockNumber;
  readonly last: BlockNumber;
  /** Cause in the first of them: those after it are left out because of it. */
  readonly reason: string;
}

/** Blocks so far: those that were run again, and those that could not be. */
export interface BlockCheckCounts {
  readonly repeated: number;
  readonly leftOut: number;
  /** The newest of those left out that are still the chain's, in order. */
  readonly unchecked: readonly UncheckedBlocks[];
}

/**
 * Another engine that repeats the blocks of the one that decides: each receipt must be the same, and at a batch's end each
 * value that the batch has written. It works in the order in which it is asked, and may be behind.
 */
export interface BlockCheck {
  readonly counts: BlockCheckCounts;
  /**
   * Runs a block again, which prints what contracts log, unless the block is another one here, for the reason given. Resolves
   * with true if it did. Rejects with WitnessError EnginesDisagree, or as its engine does; of no use then
   * until a return.
   */
  repeat(block: WitnessedBlock, otherBecause: string | undefined): Promise<boolean>;
  /** Makes blocks without transactions. */
  pass(environments: readonly BlockEnvironment[]): Promise<void>;
  cheat(cheat: StateCheat): Promise<void>;
  /**
   * The first of these leaves that has another value here, at the end of a batch. Where blocks of it could not be run again,
   * nothing is compared: the leaves get the values of `decided`, the state of the engine that decides.
   */
  compare(leaves: readonly GenesisLeaf[], decided: StateReader): Promise<ValueDifference | undefined>;
  mark(): Promise<BlockCheckMark>;
  /** Returns to a mark, once, whatever it has found since. Throws EngineError for an unknown one. */
  returnTo(mark: BlockCheckMark): Promise<void>;
  close(): Promise<void>;
}
