import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainVotes } from "./vote-reports.ts";
import type { L1Rewinds, StakeWatcherEvent } from "./stake-watcher.ts";

/** First message to a watcher's process. */
export interface WatcherStart {
  readonly type: "start";
  readonly l1Url: string;
  readonly settlementChainId: bigint;
  readonly registry: Hex;
  /** Contract that judges validators. */
  readonly evidence: Hex;
  readonly fromBlock: number;
  readonly confirmations: number;
  /** Private key of the account that pays for reports. */
  readonly key: Hex;
  readonly pollMs: number;
  /** File for words beyond the process; undefined for none. */
  readonly file: string | undefined;
}

/** To the watcher: its start, or an answer, in the order of its requests of a type. */
export type ToWatcher =
  | WatcherStart
  | { readonly type: "rewinds"; readonly rewinds: L1Rewinds }
  | { readonly type: "votes"; readonly votes: readonly ChainVotes[] };

/** From the watcher. */
export type FromWatcher =
  | { readonly type: "event"; readonly event: StakeWatcherEvent }
  | { readonly type: "askRewinds" }
  | { readonly type: "askVotes" }
  /** L1 is away, or the account has no money; undefined after a poll succeeds. */
  | { readonly type: "trouble"; readonly reason: string | undefined };
