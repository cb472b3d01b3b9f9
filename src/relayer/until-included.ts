/** How long a transaction's block is waited for while its chain makes none. */
const PATIENCE_MS = 15_000;
const [LEAST_PAUSE_MS, MOST_PAUSE_MS] = [10, 200];

interface WaitingTransactions {
  /** How many wait for their blocks, as far as was looked. */
  readonly waiting: () => number;
  /** Looks for what became of them. */
  readonly look: () => Promise<void>;
  /** Whether blocks are made now. */
  readonly makesBlocks: () => boolean;
}

/** Waits until what was sent has its blocks, as long as there come some. Rejects as the look does. */
export async function untilIncluded({ waiting, look, makesBlocks }: WaitingTransactions): Promise<void> {
  let [left, since, pauseMs] = [waiting(), performance.now(), LEAST_PAUSE_MS];
  while (waiting() > 0) {
    await look();
    const now = waiting();
    if (now < left) [left, since, pauseMs] = [now, performance.now(), LEAST_PAUSE_MS];
    if (now === 0 || !makesBlocks() || performance.now() - since > PATIENCE_MS) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(2 * pauseMs, MOST_PAUSE_MS);
  }
}
