import { mergeAccounts } from "../../../chain/model/genesis.ts";
import type { Head } from "../../../chain/model/block.ts";
import type { ChainStart } from "../../../chain/node/described/chain-options.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import type { Reconstruction } from "./reconstruct.ts";

/** Behind the last batch that was applied. Throws ReconstructionError BytecodeMissing. */
export function startBehind(reconstruction: Reconstruction): ChainStart {
  const { batches, contract, last, l1, state, unexecuted, upgrades } = reconstruction;

  const head = { number: last.lastBlock, timestamp: last.lastTimestamp };
  return {
    // The first batch publishes the chain's own initial state; before it, none has.
    ...(batches.length === 0 ? { origin: undefined } : originOf(reconstruction, head)),
    ...(batches.length === 0 && contract.configuration.importBatches > 0n ? { imported: state.copy() } : {}),
    genesisTimestamp: l1.timestamp,
    firstBatch: BigInt(batches.length),
    previousCommitment: last.commitment,
    beginsProven: isProvenOnL1(last.protocolVersion),
    operationsTaken: last.priorityOpTotal,
    operationsBefore: last.priorityOpTotal,
    unexecuted,
    upgrades,
    ...before(reconstruction),
  };
}

/** Accounts of both partitions are one state of the engine. Without the porter's data, only those of the rollup are. */
function originOf({ state, porter }: Reconstruction, head: Head): Pick<ChainStart, "origin" | "porter"> {
  const origin = state.origin(head);
  if (porter?.state === undefined) return { origin };
  const { accounts, tree } = porter.state.origin(head);
  return { origin: { ...origin, accounts: mergeAccounts(origin.accounts, accounts) }, porter: tree };
}

/** Data that no node provides if it has the chain's contract from a state alone. */
function before({ below, pendingOperations: operations, batches, onL1 }: Reconstruction): Pick<ChainStart, "before"> {
  if (below === undefined) return {};
  const live = batches.slice(Math.max(Number(onL1.totals.executed) - 1, 0));
  return { before: { operations, root: below.newestRoot, records: live.map(({ stored }) => stored) } };
}

/** First block of the settlement layer whose events a continued chain must read. */
export function eventsFrom({ below, l1, fromBlock }: Reconstruction): number {
  return below === undefined ? fromBlock : l1.blockNumber + 1;
}
