import type { Chain, ChainMark } from "../chain/chain.ts";
import type { L1Checkpoint } from "../settlement-layer/reader/l1-watcher.ts";
import type { L1Intake } from "./inflow/l1-intake.ts";
import type { Settling, SettlingMark } from "./settling/settling.ts";

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
  /** Whether the chain can still return to a mark: none that was taken in a batch which was formed again since. */
  canRevert(mark: MemberMark): boolean;
  /** After `pause`, and after L1 has returned. Rejects with what the chain cannot return for. */
  revert(mark: MemberMark): Promise<void>;
}

interface RestorableParts {
  readonly chain: () => Chain;
  readonly settling: Settling;
  readonly intake: L1Intake;
  /** Told when the chain has returned to a mark: with its number of sealed batches. */
  readonly onReturned: (sealedBatches: bigint) => void;
}

export function restorableMember({ chain, settling, intake, onReturned }: RestorableParts): RestorableMember {
  return {
    async snapshot() {
      const mark = await chain().snapshot();
      // A batch that is sealed from now on is not among them.
      return { chain: mark, settling: settling.mark(mark.batchNumber), checkpoints: intake.checkpoints() };
    },
    pause: () => settling.pause(),
    resume: () => settling.resume(),
    canRevert: (mark) => chain().canRevert(mark.chain),
    async revert(mark) {
      // Batches may have been formed again since.
      await settling.pause();
      await chain().revert(mark.chain);
      intake.returnTo(mark.checkpoints);
      onReturned(mark.chain.batchNumber);
      settling.resume(mark.settling);
    },
  };
}
