import { dropOldest } from "../../ground/runtime/drop-oldest.ts";

interface QueuePatienceParts {
  /** Seconds after which a decision must take an operation. */
  readonly waitSeconds: bigint;
  /** Number of nodes, which lead in turns. */
  readonly leaders: number;
  readonly nowSeconds: () => bigint;
}

interface Wait {
  /** Second at which this node's L1 showed the operation. */
  readonly seenAt: bigint;
  /** Second at which the wait began, and the first view after its end. */
  readonly since: bigint;
  readonly firstView?: number;
}

/** Seconds that an operation must be old for each view in a row without a decision: other nodes may see L1 later. */
const SECONDS_PER_FAILED_VIEW = 10n;
const MAX_WAITS = 1_024;

/** Decides on one node when leaders may take an operation of L1's queue, and when they must. */
export class QueuePatience {
  readonly #parts: QueuePatienceParts;
  readonly #waits = new Map<bigint, Wait>();

  constructor(parts: QueuePatienceParts) {
    this.#parts = parts;
  }

  /** True if this node may take the operation as a leader. `failedViews`: views without a decision since the last one. */
  mayTake(index: bigint, seenAt: bigint, failedViews: number): boolean {
    const { waitSeconds, nowSeconds } = this.#parts;
    const asked = SECONDS_PER_FAILED_VIEW * BigInt(failedViews);
    return nowSeconds() - this.#waitOf(index, seenAt).since >= (asked < waitSeconds ? asked : waitSeconds);
  }

  /**
   * True if a decision of this view must take the operation. After a view of each leader in vain another wait begins: a
   * quorum does not see it, or cannot execute it, and the chain must continue.
   */
  mustTake(index: bigint, seenAt: bigint, view: number): boolean {
    const { waitSeconds, leaders, nowSeconds } = this.#parts;
    const wait = this.#waitOf(index, seenAt);
    if (nowSeconds() - wait.since < waitSeconds) return false;
    const { firstView = view } = wait;
    if (view - firstView < leaders) {
      this.#note(index, { ...wait, firstView });
      return true;
    }
    this.#note(index, { seenAt, since: nowSeconds() });
    return false;
  }

  /** The wait of this operation: after a reorg of L1 another one has the index. */
  #waitOf(index: bigint, seenAt: bigint): Wait {
    const wait = this.#waits.get(index);
    return wait?.seenAt === seenAt ? wait : { seenAt, since: seenAt };
  }

  #note(index: bigint, wait: Wait): void {
    this.#waits.set(index, wait);
    dropOldest(this.#waits, MAX_WAITS);
  }
}
