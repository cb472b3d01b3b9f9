/** Mode of a chain's order, fixed by its configuration on L1 (`ChainConfiguration.sequencingMode`). */
export const ONE_SEQUENCER = 0;
/** L1's priority queue alone makes the order: no account chooses it. */
export const QUEUE_ALONE = 1;

/** Flags of a mode. The state has the fact about the newest batch with logs, which programs of hubs read. */
export const SERVES_FACTS = 1n << 8n;
/** Each batch exports a hash of its inputs, which L1 compares with published ones. */
export const PUBLISHES_INPUTS = 1n << 9n;

/** True if the chain's state has its facts, by a configuration's word. */
export function servesFacts(sequencingMode: number): boolean {
  return (BigInt(sequencingMode) & SERVES_FACTS) !== 0n;
}

/** True if a word of the mode's slot has that flag. */
export function hasPublishedInputs(word: bigint): boolean {
  return (word & PUBLISHES_INPUTS) !== 0n;
}

/** True if L1's queue alone makes the order, by a configuration's word: mode in the lowest byte, flags above. */
export function isOfQueueAlone(sequencingMode: number): boolean {
  return (sequencingMode & 0xff) === QUEUE_ALONE;
}
