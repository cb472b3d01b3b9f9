import type { ChainStart } from "../../node/chain-options.ts";
import type { Reconstruction } from "./reconstruct.ts";

/** Behind the last batch that was applied. Throws ReconstructionError BytecodeMissing. */
export function startBehind({ batches, last, l1, state, unexecuted, upgrades }: Reconstruction): ChainStart {
  const head = { number: last.lastBlock, timestamp: last.lastTimestamp };
  return {
    // The first batch publishes the chain's own initial state; before it, none has.
    origin: batches.length === 0 ? undefined : state.origin(head),
    genesisTimestamp: l1.timestamp,
    firstBatch: BigInt(batches.length),
    previousCommitment: last.commitment,
    operationsTaken: last.priorityOpTotal,
    operationsBefore: last.priorityOpTotal,
    unexecuted,
    upgrades,
  };
}
