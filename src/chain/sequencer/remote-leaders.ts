import type { Hex } from "../../ground/protocol/hex.ts";
import type { AccessLists } from "../model/access-lists.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { OtherLeaders } from "./leader-turns.ts";
import type { Censored } from "./sequencer.ts";
import type { SequencerError } from "./sequencer-error.ts";
import type { NumberedWish } from "./shared-input.ts";

/** Settings of a sequencer that its leaders must have. */
export interface LeaderSettings {
  readonly isAutomatic?: boolean;
  readonly isPaused?: boolean;
  readonly censored?: Censored;
  readonly lists?: AccessLists;
  /** Second of the next block. */
  readonly nextTimestamp?: bigint;
  /** No block is earlier than this second. */
  readonly earliest?: bigint;
}

/** Leaders in other processes, which decide all commands of a chain that this process follows. */
export interface RemoteLeaders extends OtherLeaders {
  /** Numbers a change and sends it to every leader. `refuse` is called if the chain's rules do not allow it. */
  request(wish: NumberedWish, refuse: (error: SequencerError) => void): void;
  /** Lets the next leader end this batch. */
  endBatch(batchNumber: bigint): void;
  /** Lets the next leaders include these transactions, whatever their policy says. */
  include(hashes: readonly Hex[]): void;
  /** Sends a waiting transaction to every leader. */
  offer(transaction: SignedTransaction): void;
  drop(hash: Hex): void;
  set(settings: LeaderSettings): void;
  /** Reads L1, because an input is expected there. */
  look(): void;
  /** Runs the work while no leader proposes anything and all that was proposed is decided. */
  atRest<Done>(work: () => Promise<Done>): Promise<Done>;
  /** Starts the leaders at the present state of the chain. */
  begin(): Promise<void>;
}
