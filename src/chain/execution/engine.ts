import { NamedError } from "../../errors/named-error.ts";
import type { BlockEnvironment, MineResult } from "../model/block.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { StateCheat } from "../witness/state-cheat.ts";
import type { EngineTransaction } from "../transaction/transaction.ts";

/**
 * The engine that executes a chain and answers its readers. It decides nothing: a block holds the given transactions in
 * the given order, with the given environment.
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
  ): Promise<MineResult>;
  /** Mines empty blocks, one after another; resolves with their hashes. Throws as `mine`. */
  mineEmpty(environments: readonly BlockEnvironment[]): Promise<readonly Hex[]>;
  /** Changes the state between two blocks. Throws what the engine throws where it cannot; nothing has changed then. */
  cheat(cheat: StateCheat): Promise<void>;
  /** Passes a read on. The caller must know that the method changes nothing and cannot run unguarded code. */
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Calls back with `eth_subscription` notifications; returns the function that ends it. */
  onNotification(listener: (notification: EngineNotification) => void): () => void;
  /** Marks the present state; the mark can be used once. */
  snapshot(): Promise<string>;
  /** Returns to a mark; blocks after it are gone. Throws EngineError for an unknown mark. */
  revert(mark: string): Promise<void>;
  close(): Promise<void>;
}

/** `params` of an `eth_subscription` notification. */
export interface EngineNotification {
  readonly subscription: string;
  readonly result: unknown;
}

type EngineErrorCode = "UnexpectedBlock" | "UnexpectedAnswer" | "UnknownSnapshot" | "HostileCode" | "NotKept";

/** The engine did something else than it was told. */
export class EngineError extends NamedError<EngineErrorCode> {
  override readonly name = "EngineError";
}
