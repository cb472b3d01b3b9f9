/** Seconds that signing and sending a transaction may take after its estimate. */
const SENDING_SECONDS = 2n;

/** Times before the block of a transaction that is estimated now. */
interface NextSecond {
  /** Timestamp of the newest block. */
  readonly head: bigint;
  /** Timestamp of the next block, were it made now. */
  readonly soonest: bigint;
  /** Seconds that a transaction may wait for a block that comes by interval. */
  readonly waitSeconds: bigint;
}

/**
 * Seconds that the transaction's block may have, each once. The first is that of a block with a second to itself, as on Ethereum;
 * then the soonest, which may be the newest block's, and those that signing, sending and waiting take.
 */
export function expectedSeconds({ head, soonest, waitSeconds }: NextSecond): readonly [bigint, ...bigint[]] {
  const first = soonest > head ? soonest : head + 1n;
  const last = first + SENDING_SECONDS + waitSeconds;
  const others = new Set([soonest, first + 1n, first + SENDING_SECONDS, last]);
  others.delete(first);
  return [first, ...others];
}
