import type { CommandSink } from "../core/log/command-log.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChangedLists } from "../model/access-lists.ts";
import type { BatchCommand } from "./command.ts";

/** Stores a chain's decisions beyond its process: a chain that starts with it continues after them. */
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
    /** Drops all other waiting transactions. */
    keepOnly(hashes: ReadonlySet<Hex>): void;
  };
}

/** Decisions of an earlier process. */
export interface StoredCommands {
  readonly commands: readonly BatchCommand[];
  /** Called with the number of replayed ones. */
  readonly onRepeated?: ((done: number, total: number) => void) | undefined;
  /** Serialised transactions that waited in its pool, in the order in which they came. */
  readonly waiting: readonly Hex[];
  /** Lists of accounts that were changed while it ran. */
  readonly lists?: ChangedLists | undefined;
  /** L1 has executed the batches before this one. */
  readonly executed: bigint;
}
