import type { Chain, ChainMark } from "../../chain/chain.ts";
import type { L1Checkpoint, L1Watcher } from "../../settlement-layer/reader/l1-watcher.ts";
import type { Settling, SettlingMark } from "../chains/settling.ts";

/** A chain with its settlement and its view of L1 at one moment. */
export interface MemberMark {
  readonly chain: ChainMark;
  readonly settling: SettlingMark;
  readonly checkpoints: readonly L1Checkpoint[];
}

/** The part of a chain that an ecosystem's snapshots need. Nothing may move between it and L1 meanwhile, except where said. */
export interface RestorableMember {
  snapshot(): Promise<MemberMark>;
  /** Ends everything that the chain sends to L1, so that nothing is under way any more. */
  pause(): Promise<void>;
  /** Goes on as if `pause` had not been called. */
  resume(): void;
  /** After `pause`, and after L1 has returned. Rejects with what the chain cannot return for. */
  revert(mark: MemberMark): Promise<void>;
}

export interface RestorableParts {
  readonly chain: Chain;
  readonly settling: Settling;
  readonly watcher: L1Watcher;
  /** Told when the chain has returned to a mark: with its number of sealed batches. */
  readonly onReturned: (sealedBatches: bigint) => void;
}

export function restorableMember({ chain, settling, watcher, onReturned }: RestorableParts): RestorableMember {
  return {
    async snapshot() {
      const mark = await chain.snapshot();
      // A batch that is sealed from now on is not among them.
      return { chain: mark, settling: settling.mark(mark.batchNumber), checkpoints: watcher.checkpoints() };
    },
    pause: () => settling.pause(),
    resume: () => settling.resume(),
    async revert(mark) {
      await chain.revert(mark.chain);
      watcher.returnTo(mark.checkpoints);
      onReturned(mark.chain.batchNumber);
      settling.resume(mark.settling);
    },
  };
}
