import { NamedError } from "../../ground/errors/named-error.ts";
import type { BlockEnvironment, BlockHeader, MineResult } from "../model/block.ts";
import type { StateReader } from "../model/state-reader.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { BlockNumber } from "../../ground/protocol/ids.ts";
import type { RepeatedBlock } from "../witness/repeated-block.ts";
import type { StateCheat } from "../../ground/protocol/state-cheat.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";
import type { Explainer } from "./explainer.ts";

/**
 * The engine that executes a chain. It decides nothing: a block holds the given transactions in the given order, with the given
 * environment.
 */
export interface ExecutionEngine {
  /**
   * Mines one block. A transaction that the engine cannot include (it checks funds and nonces against the state before
   * the block) comes back as refused, and the block holds the others; none of them where `isWhole`, which is false by default.
   * Throws EngineError when the block came out differently; the engine is then unusable. One call at a time.
   */
  mine(
    transactions: readonly EngineTransaction[],
    environment: BlockEnvironment,
    options?: { readonly isWhole: boolean },
  ): Promise<EngineResult>;
  /** Mines empty blocks, in sequence; resolves with their hashes. Throws like `mine`. */
  mineEmpty(environments: readonly BlockEnvironment[]): Promise<readonly Hex[]>;
  /** Changes the state between two blocks. Throws what the engine throws where it cannot; nothing has changed then. */
  cheat(cheat: StateCheat): Promise<void>;
  /** The state now, or after a block. Its reads reject with EngineError NotKept where that state is not known. */
  state(at: BlockNumber | "now"): StateReader;
  /** Undefined for a block that there is not. */
  header(number: BlockNumber): Promise<BlockHeader | undefined>;
  /** Prints what contracts log, and explains calls that fail. */
  readonly explainer: Explainer;
  /** Marks the present state; the mark can be used once. */
  snapshot(): Promise<string>;
  /** Rewinds to a mark, and drops blocks after it. Throws EngineError for an unknown mark. */
  revert(mark: string): Promise<void>;
  close(): Promise<void>;
}

/** A block, and what it does to the open batch. */
export interface EngineResult extends MineResult {
  readonly repeated: RepeatedBlock;
}

type EngineErrorCode = "UnexpectedAnswer" | "UnknownSnapshot" | "NotKept";

/** The engine did not do what was requested. */
export class EngineError extends NamedError<EngineErrorCode> {
  override readonly name = "EngineError";
}
