import { mergeAccounts } from "../../../chain/model/genesis.ts";
import type { Head } from "../../../chain/model/block.ts";
import type { Start } from "../../../chain/past/start.ts";
import type { ChainStart } from "../../../chain/node/described/chain-options.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import type { Reconstruction } from "./reconstruct.ts";

/** Behind the last batch that was applied. Throws ReconstructionError BytecodeMissing. */
export function startBehind(reconstruction: Reconstruction): ChainStart {
  const { batches, contract, last, l1, state, unexecuted, upgrades } = reconstruction;
  const imported = batches.length === 0 && contract.configuration.importBatches > 0n ? state.copy() : undefined;
  const unstarted: Start = { from: "genesis", imported };
  const head = { number: last.lastBlock, timestamp: last.lastTimestamp };
  return {
    // The first batch publishes the chain's own initial state; before it, none has.
    ...(batches.length === 0 ? { state: unstarted } : stateOf(reconstruction, head)),
    genesisTimestamp: l1.timestamp,
    firstBatch: BigInt(batches.length),
    previousCommitment: last.commitment,
    operationsTaken: last.priorityOpTotal,
    operationsBefore: last.priorityOpTotal,
    unexecuted,
    upgrades,
    ...before(reconstruction),
  };
}

/** Accounts of both partitions are one state of the engine. Without the porter's data, only those of the rollup are. */
function stateOf({ state, porter, last }: Reconstruction, head: Head): Pick<ChainStart, "state" | "porter"> {
  const origin = state.origin(head);
  const reached = { from: "state", isProven: isProvenOnL1(last.protocolVersion) } as const;
  if (porter?.state === undefined) return { state: { ...reached, origin } };
  const { accounts, tree } = porter.state.origin(head);
  const whole = { ...origin, accounts: mergeAccounts(origin.accounts, accounts) };
  return { state: { ...reached, origin: whole }, porter: tree };
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
