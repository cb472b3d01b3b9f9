/** Time limit for a transaction's block while its chain makes none. */
const PATIENCE_MS = 15_000;
const [LEAST_PAUSE_MS, MOST_PAUSE_MS] = [10, 200];

interface WaitingTransactions {
  /** Number of transactions that wait for their blocks, at the last check. */
  readonly waiting: () => number;
  /** Looks for what became of them. */
  readonly look: () => Promise<void>;
  /** Resolves when the nodes have answered all of them: one that makes blocks at once has made theirs by then. */
  readonly answered: () => Promise<void>;
  /** True if blocks are made now. */
  readonly makesBlocks: () => boolean;
  /** Time limit for missing blocks. Default: 15 s. */
  readonly patienceMs?: number | undefined;
}

/** Waits until what was sent has its blocks, as long as there come some. Rejects as the look does. */
export async function untilIncluded({
  waiting,
  look,
  answered,
  makesBlocks,
  patienceMs = PATIENCE_MS,
}: WaitingTransactions): Promise<void> {
  let [left, since, pauseMs] = [waiting(), performance.now(), LEAST_PAUSE_MS];
  while (waiting() > 0) {
    // One look for all that get their blocks meanwhile: a look at each block would take as many questions as transactions.
    await Promise.race([answered(), pause(MOST_PAUSE_MS)]);
    await look();
    const now = waiting();
    if (now < left) [left, since, pauseMs] = [now, performance.now(), LEAST_PAUSE_MS];
    if (now === 0 || !makesBlocks() || performance.now() - since > patienceMs) return;
    await pause(pauseMs);
    pauseMs = Math.min(2 * pauseMs, MOST_PAUSE_MS);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
