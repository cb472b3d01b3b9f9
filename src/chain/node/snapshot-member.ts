import type { Mark } from "../core/marks.ts";
import type { LinkedChain } from "./linked/linked-chain.ts";
import type { Settling } from "./settling/settling.ts";

/** The part of a chain that an ecosystem's snapshots need. Nothing may move between it and L1 meanwhile, except where said. */
export interface RestorableMember {
  /** Marks the chain with its settlement and its view of L1. */
  snapshot(): Promise<Mark>;
  /** Ends everything that the chain sends to L1, so that nothing is pending. */
  pause(): Promise<void>;
  /** Continues after `pause`. */
  resume(): void;
  /** True if the chain can still return to a mark: false for a mark in a batch that was rebuilt since. */
  canRevert(mark: Mark): boolean;
  /** After `pause`, and after L1 has returned. Rejects with what the chain cannot return for. */
  revert(mark: Mark): Promise<void>;
}

export function restorableMember(chain: () => LinkedChain, settling: Settling): RestorableMember {
  return {
    snapshot: () => chain().snapshot(),
    pause: () => settling.pause(),
    resume: () => settling.resume(),
    canRevert: (mark) => chain().canRevert(mark),
    async revert(mark) {
      // Batches may have been rebuilt since.
      await settling.pause();
      await chain().revert(mark);
      settling.resume();
    },
  };
}
