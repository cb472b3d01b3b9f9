/** How a chain's order comes about, as its configuration on L1 says for good (`ChainConfiguration.sequencingMode`). */
export const ONE_SEQUENCER = 0;
/** L1's priority queue alone makes the order: no account chooses it. */
export const QUEUE_ALONE = 1;
