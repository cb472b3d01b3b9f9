import type { CommandSink } from "../core/log/command-log.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChangedLists } from "../model/access-lists.ts";
import type { BatchCommand } from "./command.ts";

/** Keeps what a chain decides beyond its process: a chain that starts with it goes on where that one ended. */
export interface CommandStore extends CommandSink<BatchCommand> {
  /** Makes all changes meanwhile one: all of them are kept when the work ends, or none. */
  together<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when everything is kept; rejects where it is lost. */
  durable(): Promise<void>;
  /** Keeps the lists of accounts that may use the chain. */
  keepLists(changed: ChangedLists): void;
  /** Transactions that wait in the pool, and whose senders were told so; serialised, by hash. */
  readonly waiting: {
    add(hash: Hex, raw: Hex): void;
    delete(hash: Hex): void;
    /** Others do not wait any more. */
    keepOnly(hashes: ReadonlySet<Hex>): void;
  };
}

/** What an earlier process decided. */
export interface KeptCommands {
  readonly commands: readonly BatchCommand[];
  /** Told how many of them have been carried out again. */
  readonly onRepeated?: ((done: number, total: number) => void) | undefined;
  /** Serialised transactions that waited in its pool, in the order in which they came. */
  readonly waiting: readonly Hex[];
  /** Lists of accounts that were changed while it ran. */
  readonly lists?: ChangedLists | undefined;
  /** L1 has executed the batches before this one. */
  readonly executed: bigint;
}
